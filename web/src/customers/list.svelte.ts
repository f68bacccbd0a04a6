import * as api from '../api/contacts'
import { asProblem, type Problem } from '../api/problem'
import type { Contact } from '../api/types'

/** The list of customers: searched, page by page. */
export class CustomerList {
  query = $state('')
  items = $state.raw<Contact[]>([])
  next = $state<string | null>(null)
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  problem = $state.raw<Problem | null>(null)
  #call: AbortController | null = null
  #more: Promise<void> | null = null

  async load(): Promise<void> {
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    try {
      const page = await api.page(this.query.trim(), null, call.signal)
      this.items = page.items
      this.next = page.next
      this.state = 'ready'
      this.problem = null
    } catch (thrown) {
      if (call.signal.aborted) return
      this.problem = asProblem(thrown)
      this.state = 'failed'
    }
  }

  loadMore(): Promise<void> {
    const after = this.next
    const call = this.#call
    if (!after || !call) return Promise.resolve()
    this.#more ??= api
      .page(this.query.trim(), after, call.signal)
      .then((page) => {
        if (call !== this.#call) return
        const known = new Set(this.items.map((one) => one.id))
        this.items = [...this.items, ...page.items.filter((one) => !known.has(one.id))]
        this.next = page.next
      })
      .catch((thrown: unknown) => {
        if (!call.signal.aborted) this.problem = asProblem(thrown)
      })
      .finally(() => (this.#more = null))
    return this.#more
  }
}
