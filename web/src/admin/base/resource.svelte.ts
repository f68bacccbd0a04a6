import { asProblem, type Problem } from '../../api/problem'

/** Something fetched from the server: what came, or why it did not. */
export class Resource<T> {
  data = $state.raw<T | null>(null)
  problem = $state.raw<Problem | null>(null)
  readonly #fetch: (signal: AbortSignal) => Promise<T>
  #call: AbortController | null = null

  constructor(fetch: (signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetch
  }

  /** Fetch (again). What is on screen stays until the answer comes; of two calls the later one counts. */
  async load(): Promise<void> {
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    try {
      const data = await this.#fetch(call.signal)
      if (call !== this.#call) return
      this.data = data
      this.problem = null
    } catch (thrown) {
      if (!call.signal.aborted) this.problem = asProblem(thrown)
    }
  }

  drop(): void {
    this.#call?.abort()
  }
}
