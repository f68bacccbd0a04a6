import type { ConversationRow, Id } from '../api/types'
import type { Conversation } from './conversation.svelte'
import { compare, groupOf, groupOrder, rank, type GroupName, type Order } from './inbox-order'

export interface RowLine {
  readonly kind: 'row'
  readonly id: Id
  readonly conversation: Conversation
  rank: number
  group: GroupName
}
export interface GroupLine {
  readonly kind: 'group'
  readonly id: string
  readonly name: GroupName
  readonly count: number
}
export type Line = RowLine | GroupLine

/** First index in a sorted list whose entry does not come before `one`. */
function placeOf(list: readonly RowLine[], one: { rank: number; id: Id }): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const there = list[middle]
    if (there && compare(there, one) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The rows of one view in their groups, kept sorted while single rows come, move and go: with ten thousand
 * rows and hundreds of changes a second nothing is ever sorted as a whole.
 */
export class Lines {
  readonly #byId = new Map<Id, RowLine>()
  readonly #groups = new Map<GroupName, RowLine[]>(groupOrder.map((name) => [name, []]))
  #order: Order
  readonly #me: () => Id

  constructor(order: Order, me: () => Id) {
    this.#order = order
    this.#me = me
  }

  get size(): number {
    return this.#byId.size
  }

  has(id: Id): boolean {
    return this.#byId.has(id)
  }

  clear(order: Order): void {
    this.#order = order
    this.#byId.clear()
    for (const group of this.#groups.values()) group.length = 0
  }

  /** Put a row where it belongs now. */
  put(conversation: Conversation, row: ConversationRow): void {
    const group = groupOf(row, this.#me(), this.#order)
    const at = rank(row, this.#order)
    const known = this.#byId.get(row.id)
    if (known?.conversation === conversation && known.group === group && known.rank === at) return
    if (known) this.#take(known)
    const line: RowLine = { kind: 'row', id: row.id, conversation, rank: at, group }
    this.#byId.set(row.id, line)
    const list = this.#groups.get(group)
    list?.splice(placeOf(list, line), 0, line)
  }

  /** Take a row out. Returns false when it was not in. */
  remove(id: Id): boolean {
    const known = this.#byId.get(id)
    if (!known) return false
    this.#take(known)
    return this.#byId.delete(id)
  }

  #take(line: RowLine): void {
    const list = this.#groups.get(line.group)
    const at = list ? placeOf(list, line) : -1
    if (list?.[at] === line) list.splice(at, 1)
  }

  /** Headings and rows from top to bottom. The live ones stand first and need no heading; nor does a list without groups. */
  flat(): Line[] {
    const lines: Line[] = []
    for (const name of groupOrder) {
      const group = this.#groups.get(name) ?? []
      if (group.length === 0) continue
      if (name !== 'live' && name !== 'flat')
        lines.push({ kind: 'group', id: `group-${name}`, name, count: group.length })
      for (const line of group) lines.push(line)
    }
    return lines
  }
}
