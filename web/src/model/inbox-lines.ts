import type { ConversationRow, Id } from '../api/types'
import type { Conversation } from './conversation.svelte'
import { groupOf, groupOrder, hasThirdLine, rank, type GroupName, type Order } from './inbox-order'
import { SizedList } from './sized'

export interface RowLine {
  readonly kind: 'row'
  readonly id: Id
  readonly conversation: Conversation
  readonly rank: number
  readonly height: number
  readonly group: GroupName
}
export interface GroupLine {
  readonly kind: 'group'
  readonly id: string
  readonly name: GroupName
  readonly count: number
  /** No other group follows: where the list is not all loaded, this one goes on. */
  readonly last: boolean
}
export type Line = RowLine | GroupLine

/** px */
export interface LineHeights {
  /** a row of two lines */
  row: number
  /** a row with a third line */
  tall: number
  heading: number
}

/** A group that has rows, and where it stands. */
interface Section {
  name: GroupName
  rows: SizedList<RowLine>
  /** number of its first line and px above it */
  from: number
  top: number
  /** 1 when a heading stands above its rows */
  headings: 0 | 1
  heading: number
}

/** The live ones stand first and need no heading; nor does a list without groups. */
const isHeaded = (name: GroupName) => name !== 'live' && name !== 'flat'

/**
 * The rows of one view in their groups, kept sorted and measured while single rows come, move and go: with ten
 * thousand rows and hundreds of changes a second nothing is ever sorted, counted or measured as a whole.
 */
export class Lines {
  readonly #byId = new Map<Id, RowLine>()
  readonly #groups = new Map<GroupName, SizedList<RowLine>>(
    groupOrder.map((name) => [name, new SizedList<RowLine>()]),
  )
  #order: Order
  #heights: LineHeights = { row: 1, tall: 1, heading: 1 }
  readonly #me: () => Id

  constructor(order: Order, me: () => Id) {
    this.#order = order
    this.#me = me
  }

  has(id: Id): boolean {
    return this.#byId.has(id)
  }

  clear(order: Order): void {
    this.#order = order
    this.#byId.clear()
    for (const group of this.#groups.values()) group.clear()
  }

  /** Other heights from now on, as with another density: everything is measured once. */
  measure(heights: LineHeights): void {
    this.#heights = heights
    for (const group of this.#groups.values()) {
      const lines = [...group]
      group.clear()
      for (const line of lines) this.#insert({ ...line, height: this.#heightOf(line.conversation.row) })
    }
  }

  #heightOf(row: ConversationRow): number {
    return hasThirdLine(row) ? this.#heights.tall : this.#heights.row
  }

  #insert(line: RowLine): void {
    this.#byId.set(line.id, line)
    this.#groups.get(line.group)?.insert(line)
  }

  /** Put a row where it belongs now. */
  put(conversation: Conversation, row: ConversationRow): void {
    const group = groupOf(row, this.#me(), this.#order)
    const at = rank(row, this.#order)
    const height = this.#heightOf(row)
    const known = this.#byId.get(row.id)
    if (
      known?.conversation === conversation &&
      known.group === group &&
      known.rank === at &&
      known.height === height
    )
      return
    if (known) this.#groups.get(known.group)?.remove(known)
    this.#insert({ kind: 'row', id: row.id, conversation, rank: at, height, group })
  }

  /** Take a row out. Returns false when it was not in. */
  remove(id: Id): boolean {
    const known = this.#byId.get(id)
    if (!known) return false
    this.#groups.get(known.group)?.remove(known)
    return this.#byId.delete(id)
  }

  /** Rows in a group. */
  count(name: GroupName): number {
    return this.#groups.get(name)?.length ?? 0
  }

  #sections(): Section[] {
    const found: Section[] = []
    let from = 0
    let top = 0
    for (const name of groupOrder) {
      const rows = this.#groups.get(name)
      if (!rows?.length) continue
      const headings = isHeaded(name) ? 1 : 0
      const heading = headings * this.#heights.heading
      found.push({ name, rows, from, top, headings, heading })
      from += headings + rows.length
      top += heading + rows.height
    }
    return found
  }

  /** Lines, headings counted. */
  get length(): number {
    let sum = 0
    for (const [name, rows] of this.#groups) if (rows.length) sum += rows.length + (isHeaded(name) ? 1 : 0)
    return sum
  }

  topOf(index: number): number {
    const one = this.#sections().findLast((section) => section.from <= index)
    if (!one || index === one.from) return one?.top ?? 0
    return one.top + one.heading + one.rows.topOf(index - one.from - one.headings)
  }

  indexAt(y: number): number {
    const one = this.#sections().findLast((section) => section.top <= y)
    if (!one || y < one.top + one.heading) return one?.from ?? 0
    return one.from + one.headings + one.rows.indexAt(y - one.top - one.heading)
  }

  indexOf(id: string): number {
    const line = this.#byId.get(id)
    const one = line && this.#sections().find((section) => section.name === line.group)
    return one ? one.from + one.headings + one.rows.indexOf(line) : -1
  }

  slice(from: number, to: number): Line[] {
    const found: Line[] = []
    const sections = this.#sections()
    for (const section of sections) {
      const { name, rows, from: first, headings } = section
      const last = section === sections.at(-1)
      if (headings && from <= first && first < to)
        found.push({ kind: 'group', id: `group-${name}`, name, count: rows.length, last })
      const begin = first + headings
      found.push(...rows.slice(Math.max(0, from - begin), Math.max(0, to - begin)))
    }
    return found
  }

  /** The row `by` places after the row `id`, headings skipped; null at the ends and when `id` is not here. */
  beside(id: Id, by: 1 | -1): Conversation | null {
    const at = this.indexOf(id)
    if (at < 0) return null
    // Two headings never stand together: the second place is a row when the first is none.
    for (const to of [at + by, at + 2 * by]) {
      const [line] = to < 0 ? [] : this.slice(to, to + 1)
      if (line?.kind === 'row') return line.conversation
    }
    return null
  }

  /** The uppermost row. */
  first(): Conversation | null {
    const row = this.slice(0, 2).find((line) => line.kind === 'row')
    return row?.kind === 'row' ? row.conversation : null
  }
}
