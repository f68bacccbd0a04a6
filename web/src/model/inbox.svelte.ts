import { untrack } from 'svelte'
import * as api from '../api/conversations'
import { asProblem, type Problem } from '../api/problem'
import type { ConversationRow, Counts, Id } from '../api/types'
import type { Conversation } from './conversation.svelte'
import { beforePaint } from './frame'
import { belongs, noFilters, toQuery, type Filters } from './inbox-filter'
import { compare, groupOf, groupOrder, rank, type GroupName, type Order } from './inbox-order'
import { readKept, keep } from './kept'
import { registry } from './registry'
import { session } from './session.svelte'

export type Line = { kind: 'group'; id: string; name: GroupName; count: number } | { kind: 'row'; id: Id; conversation: Conversation }

const PAGE = 100
/** Keep showing the row one has open even when it leaves the view, so that nothing vanishes under the hand. */
const COUNTS_AFTER_MS = 1200

/** The list on the left: one view with its filters, in groups, ordered, loaded page by page, moved by events. */
class Inbox {
  view = $state<string>(readKept('inbox.view', 'mine'))
  filters = $state.raw<Filters>(noFilters)
  order = $state<Order>(readKept<Order>('inbox.order', 'due'))
  lines = $state.raw<Line[]>([])
  counts = $state.raw<Counts>({ mine: 0, unassigned: 0, mentions: 0, followed: 0 })
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  problem = $state.raw<Problem | null>(null)
  /** null: everything is here */
  next = $state<string | null>(null)
  /** The conversation that is open; it stays in the list until another is opened. */
  held: Id | null = null
  readonly #members = new Map<Id, Conversation>()
  #loading: AbortController | null = null
  #more: Promise<void> | null = null
  #countsTimer: ReturnType<typeof setTimeout> | undefined

  /** Show another view; its filters come with it. */
  async show(view: string, filters: Filters = noFilters): Promise<void> {
    this.view = view
    this.filters = filters
    keep('inbox.view', view)
    await this.load(true)
  }

  async sortBy(order: Order): Promise<void> {
    this.order = order
    keep('inbox.order', order)
    await this.load(true)
  }

  /** Fetch the first page. `blank` forgets what is shown (another view); otherwise it stays until the answer. */
  async load(blank = false): Promise<void> {
    this.#loading?.abort()
    const call = new AbortController()
    this.#loading = call
    if (blank) {
      this.#members.clear()
      this.lines = []
      this.state = 'loading'
    }
    try {
      const query = { ...toQuery(this.view, this.filters, this.order), limit: PAGE }
      const page = await api.list(query, call.signal)
      if (!blank) this.#members.clear()
      this.counts = page.counts
      this.next = page.next
      this.problem = null
      this.state = 'ready'
      this.#add(page.items)
    } catch (thrown) {
      if (call.signal.aborted) return
      this.problem = asProblem(thrown)
      if (this.state !== 'ready') this.state = 'failed'
    }
  }

  /** Fetch the next page, once at a time. */
  loadMore(): Promise<void> {
    const after = this.next
    if (!after) return Promise.resolve()
    this.#more ??= this.#fetchMore(after).finally(() => (this.#more = null))
    return this.#more
  }

  async #fetchMore(after: string): Promise<void> {
    const view = this.view
    try {
      const page = await api.list({ ...toQuery(view, this.filters, this.order), limit: PAGE * 2, after })
      if (view !== this.view) return
      this.next = page.next
      this.#add(page.items)
    } catch (thrown) {
      this.problem = asProblem(thrown)
    }
  }

  #add(rows: ConversationRow[]): void {
    for (const row of rows) this.#members.set(row.id, registry.put(row))
    this.arrange()
  }

  /** A conversation is new or changed: put it in, move it or take it out, before the next paint. */
  touch(conversation: Conversation): void {
    const row = untrack(() => conversation.row)
    const isIn = belongs(row, this.view, this.filters, session.id) || row.id === this.held
    if (isIn) this.#members.set(row.id, conversation)
    else if (!this.#members.delete(row.id)) return
    beforePaint(this.#arrange)
  }

  /** The open conversation changed: the one left behind may now leave the list. */
  hold(id: Id | null): void {
    const before = this.held
    this.held = id
    const left = before ? this.#members.get(before) : undefined
    if (left) this.touch(left)
  }

  arrange(): void {
    untrack(this.#arrange)
  }

  #arrange = (): void => {
    const groups = new Map<GroupName, { rank: number; id: Id; conversation: Conversation }[]>()
    for (const conversation of this.#members.values()) {
      const row = conversation.row
      const name = groupOf(row, session.id)
      const one = { rank: rank(row, this.order), id: row.id, conversation }
      const group = groups.get(name)
      if (group) group.push(one)
      else groups.set(name, [one])
    }
    const lines: Line[] = []
    for (const name of groupOrder) {
      const group = groups.get(name)
      if (!group) continue
      group.sort(compare)
      if (name !== 'live') lines.push({ kind: 'group', id: name, name, count: group.length })
      for (const { id, conversation } of group) lines.push({ kind: 'row', id, conversation })
    }
    this.lines = lines
  }

  /** Ask for the numbers on the tabs again, soon, once for many changes. */
  countAgain(): void {
    if (this.#countsTimer) return
    this.#countsTimer = setTimeout(() => {
      this.#countsTimer = undefined
      void api
        .list({ ...toQuery(this.view, this.filters, this.order), limit: 1 })
        .then((page) => (this.counts = page.counts))
        .catch(() => undefined)
    }, COUNTS_AFTER_MS)
  }

  /** Rows in the order shown, for J and K. */
  rows(): Conversation[] {
    return this.lines.flatMap((line) => (line.kind === 'row' ? [line.conversation] : []))
  }
}

export const inbox = new Inbox()
