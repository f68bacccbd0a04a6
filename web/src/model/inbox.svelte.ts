import { untrack } from 'svelte'
import * as api from '../api/conversations'
import { asProblem, type Problem } from '../api/problem'
import type { Counts, Id, View } from '../api/types'
import type { Conversation } from './conversation.svelte'
import { beforePaint } from './frame'
import { belongs, noFilters, readFilters, toQuery, type Filters, type Standard } from './inbox-filter'
import { Lines, type LineHeights } from './inbox-lines'
import type { GroupName, Order } from './inbox-order'
import { keep, readKept } from './kept'
import { registry } from './registry'
import { session } from './session.svelte'

const PAGE = 100
const COUNTS_AFTER_MS = 1200

/** The list on the left: one view with its filters, in groups, ordered, loaded page by page, moved by events. */
class Inbox {
  /** A standard view, or the id of a saved one. */
  view = $state<string>(readKept('inbox.view', 'mine'))
  /** The standard view that it begins from. */
  base = $state<string>(readKept('inbox.base', 'mine'))
  filters = $state.raw<Filters>(readKept('inbox.filters', noFilters))
  order = $state<Order>(readKept<Order>('inbox.order', 'due'))
  /** Grows with each change of the lines, which are kept and changed in place. */
  version = $state(0)
  counts = $state.raw<Counts>({ mine: 0, unassigned: 0, mentions: 0, followed: 0 })
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  problem = $state.raw<Problem | null>(null)
  /** Where the next page begins; null when everything is here. */
  next = $state<string | null>(null)
  /** The open conversation stays in the list until another is opened: nothing vanishes under the hand. */
  #held: Id | null = null
  readonly #rows = new Lines('due', () => session.id)
  #loading: AbortController | null = null
  #more: Promise<void> | null = null
  #countsTimer: ReturnType<typeof setTimeout> | undefined

  /** The lines as they stand now; who reads them is told of every change. */
  get lines(): Lines {
    void this.version
    return this.#rows
  }

  /** How high the lines are shown from now on. */
  measure(heights: LineHeights): void {
    this.#rows.measure(heights)
    this.#arrange()
  }

  /** Loaded rows of one group. */
  count(name: GroupName): number {
    return this.lines.count(name)
  }

  /** Show a standard view, unfiltered. */
  show(view: Standard): Promise<void> {
    return this.#turn(view, view, noFilters)
  }

  /** Show a saved view with its filters and order. */
  open(view: View): Promise<void> {
    this.order = view.order
    return this.#turn(view.id, String(view.filters['view'] ?? 'all'), readFilters(view.filters))
  }

  /** Filter what is shown. */
  narrow(filters: Filters): Promise<void> {
    return this.#turn(this.view, this.base, filters)
  }

  #turn(view: string, base: string, filters: Filters): Promise<void> {
    this.view = view
    this.base = base
    this.filters = filters
    for (const [name, value] of Object.entries({ view, base, filters })) keep(`inbox.${name}`, value)
    return this.load(true)
  }

  async sortBy(order: Order): Promise<void> {
    this.order = order
    keep('inbox.order', order)
    await this.load(true)
  }

  #query(more: Record<string, string | number>) {
    return { ...toQuery(this.base, this.filters, this.order), ...more }
  }

  /** Fetch the first page. `blank` empties the list first (another view); otherwise it stays until the answer. */
  async load(blank = false): Promise<void> {
    this.#loading?.abort()
    const call = new AbortController()
    this.#loading = call
    if (blank) {
      this.#rows.clear(this.order)
      this.#arrange()
      this.state = 'loading'
    }
    try {
      const page = await api.list(this.#query({ limit: PAGE }), call.signal)
      if (!blank) this.#rows.clear(this.order)
      this.counts = page.counts
      this.next = page.next
      this.problem = null
      this.state = 'ready'
      this.#add(page.items.map((row) => registry.put(row)))
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
    const loading = this.#loading
    try {
      const page = await api.list(this.#query({ limit: PAGE * 2, after }))
      // Another view was chosen meanwhile: this answer is of no use.
      if (loading !== this.#loading) return
      this.next = page.next
      this.#add(page.items.map((row) => registry.put(row)))
    } catch (thrown) {
      this.problem = asProblem(thrown)
    }
  }

  #add(conversations: Conversation[]): void {
    for (const one of conversations) this.#rows.put(one, one.row)
    const held = this.#held ? registry.get(this.#held) : undefined
    if (held) this.#rows.put(held, held.row)
    this.#arrange()
  }

  /** A conversation is new or changed: put it in, move it or take it out, before the next paint. */
  touch(conversation: Conversation): void {
    const row = untrack(() => conversation.row)
    const open = row.id === this.#held && session.sees(row.brand_id)
    if (open || (session.sees(row.brand_id) && belongs(row, this.base, this.filters, session.id)))
      this.#rows.put(conversation, row)
    else if (!this.#rows.remove(row.id)) return
    beforePaint(this.#arrange)
  }

  /** Another conversation is open: the one left behind may leave the list. */
  hold(id: Id | null): void {
    const left = this.#held ? registry.get(this.#held) : undefined
    this.#held = id
    if (left) this.touch(left)
    const held = id ? registry.get(id) : undefined
    if (held && this.state === 'ready') this.touch(held)
  }

  #arrange = (): void => {
    untrack(() => this.version++)
  }

  /** The person has left: forget what was theirs. */
  forget(): void {
    this.#loading?.abort()
    this.#held = null
    this.#rows.clear(this.order)
    this.#arrange()
    this.state = 'loading'
  }

  /** Ask for the numbers on the tabs again, soon, once for many changes. */
  countAgain(): void {
    this.#countsTimer ??= setTimeout(() => {
      this.#countsTimer = undefined
      api
        .list(this.#query({ limit: 1 }))
        .then((page) => (this.counts = page.counts))
        .catch(() => undefined)
    }, COUNTS_AFTER_MS)
  }
}

export const inbox = new Inbox()
