import { asProblem, type Problem } from '../../api/problem'
import type { Page } from '../../api/types'

/** A long list, fetched page by page. */
export class Pages<T> {
  data = $state.raw<T[] | null>(null)
  next = $state<string | null>(null)
  busy = $state(false)
  problem = $state.raw<Problem | null>(null)
  readonly #fetch: (after: string | null, signal: AbortSignal) => Promise<Page<T>>
  #call: AbortController | null = null

  constructor(fetch: (after: string | null, signal: AbortSignal) => Promise<Page<T>>) {
    this.#fetch = fetch
  }

  /** From the beginning. */
  load(): Promise<void> {
    return this.#load(null)
  }

  more(): Promise<void> {
    return this.next && !this.busy ? this.#load(this.next) : Promise.resolve()
  }

  async #load(after: string | null): Promise<void> {
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    this.busy = true
    try {
      const page = await this.#fetch(after, call.signal)
      if (call !== this.#call) return
      this.data = after === null ? page.items : [...(this.data ?? []), ...page.items]
      this.next = page.next
      this.problem = null
    } catch (thrown) {
      if (!call.signal.aborted) this.problem = asProblem(thrown)
    } finally {
      if (call === this.#call) this.busy = false
    }
  }
}
