import { SvelteMap } from 'svelte/reactivity'
import * as api from '../api/conversations'
import { asProblem, Problem } from '../api/problem'
import type { ConversationDetail, Id, Message } from '../api/types'
import { registry } from './registry'

const PAGE = 50

/** One open conversation: its detail and its messages, oldest first. */
export class Thread {
  readonly id: Id
  detail = $state.raw<ConversationDetail | null>(null)
  messages = $state.raw<Message[]>([])
  /** Older messages exist on the server. */
  more = $state(false)
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  problem = $state.raw<Problem | null>(null)
  /** The first message that was unread when this was opened: the line stands before it. Null when all was read. */
  firstUnread = $state<Id | null>(null)
  readonly #byId = new Map<Id, Message>()
  #older: Promise<void> | null = null

  constructor(id: Id) {
    this.id = id
  }

  async load(): Promise<void> {
    try {
      const [detail, page] = await Promise.all([api.one(this.id), api.messages(this.id, { limit: PAGE })])
      this.detail = detail
      registry.put({ ...detail, contact: pick(detail) })
      this.more = page.more
      this.put(page.items)
      this.state = 'ready'
      this.problem = null
    } catch (thrown) {
      this.problem = asProblem(thrown)
      if (this.state !== 'ready') this.state = 'failed'
    }
  }

  /** Somebody opens it now: the line of the unread ones is drawn for this visit. */
  enter(unread: number): void {
    this.firstUnread = firstUnreadOf(this.messages, unread)
  }

  /** Fetch who it is and what may be done again (owner, rights, contact may have changed). */
  async refresh(): Promise<void> {
    const detail = await api.one(this.id)
    this.detail = detail
    registry.put({ ...detail, contact: pick(detail) })
  }

  /** Add or replace messages: by id, and by the client's id so that an echo never doubles. */
  put(messages: readonly Message[]): void {
    for (const message of messages) {
      const known = this.#byId.get(message.id)
      if (!known || !goesBack(known, message)) this.#byId.set(message.id, message)
    }
    this.messages = [...this.#byId.values()].sort((a, b) => a.seq - b.seq)
  }

  /** The messages were moved or numbered anew: take them all from the server. */
  async again(): Promise<void> {
    this.#byId.clear()
    await this.load()
  }

  /** It went where this person may not follow (another brand): nothing of it stays on screen. */
  lose(): void {
    this.#byId.clear()
    this.messages = []
    this.detail = null
    this.problem = new Problem(404, { code: 'not-found' })
    this.state = 'failed'
  }

  patch(id: Id, change: Partial<Message>): void {
    const known = this.#byId.get(id)
    if (known) this.put([{ ...known, ...change }])
  }

  older(): Promise<void> {
    const first = this.messages[0]
    if (!this.more || !first) return Promise.resolve()
    this.#older ??= api
      .messages(this.id, { before: first.seq, limit: PAGE })
      .then((page) => {
        this.more = page.more
        this.put(page.items)
      })
      .catch((thrown: unknown) => {
        this.problem = asProblem(thrown)
      })
      .finally(() => (this.#older = null))
    return this.#older
  }
}

const steps = ['received', 'queued', 'sent', 'delivered', 'read', 'failed']

/** Delivery only moves forward: a late, older state must not undo a newer one. */
function goesBack(known: Message, offered: Message): boolean {
  return steps.indexOf(offered.status) < steps.indexOf(known.status)
}

function pick(detail: ConversationDetail) {
  const { id, name, initials } = detail.contact
  return { id, name, initials }
}

/** Where the unread messages of the customer begin. */
export function firstUnreadOf(messages: readonly Message[], unread: number): Id | null {
  if (unread <= 0) return null
  const theirs = messages.filter((one) => one.kind === 'message' && one.author.kind === 'customer')
  return (theirs.at(-unread) ?? theirs[0])?.id ?? null
}

const KEPT = 12

/** Threads opened lately stay in memory, so that going back is immediate. */
class Threads {
  readonly #all = new SvelteMap<Id, Thread>()

  get(id: Id): Thread | undefined {
    return this.#all.get(id)
  }

  /** The thread, loading it when it is new. */
  open(id: Id): Thread {
    let thread = this.#all.get(id)
    if (thread) {
      this.#all.delete(id)
    } else {
      thread = new Thread(id)
      void thread.load()
    }
    this.#all.set(id, thread)
    for (const old of this.#all.keys()) {
      if (this.#all.size <= KEPT) break
      this.#all.delete(old)
    }
    return thread
  }

  /** Load one that will probably be opened next; it does not count as opened. */
  ahead(id: Id): void {
    if (this.#all.has(id)) return
    this.open(id)
  }

  /** After a new link: what was loaded may have holes. */
  async reload(): Promise<void> {
    await Promise.all([...this.#all.values()].map((thread) => thread.load()))
  }

  clear(): void {
    this.#all.clear()
  }
}

export const threads = new Threads()
