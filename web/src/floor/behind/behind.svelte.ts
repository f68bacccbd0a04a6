import * as api from '../../api/floor'
import { asProblem, type Problem } from '../../api/problem'
import type { FloorContact } from '../../api/types/floor'
import { registry } from '../../model/registry'
import type { Behind } from '../figures'
import { floor } from '../floor.svelte'

/** The conversations behind one number, page by page; the same rule as the number. */
export class BehindList {
  items = $state.raw<FloorContact[]>([])
  total = $state<number | null>(null)
  problem = $state.raw<Problem | null>(null)
  next = $state<string | null>(null)
  #call: AbortController | null = null
  readonly #of: Behind

  constructor(of: Behind) {
    this.#of = of
  }

  async load(more = false): Promise<void> {
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    const { figure, queue, agent, channel, minutes } = this.#of
    const from = minutes ? new Date(Date.now() - minutes * 60_000).toISOString() : null
    // As many as are on screen, so that a refetch takes none away.
    const limit = more ? 50 : Math.min(200, Math.max(50, this.items.length))
    try {
      const page = await api.contacts(
        { figure, queue, agent, channel, from, team: floor.team, limit, after: more ? this.next : null },
        call.signal,
      )
      if (call !== this.#call) return
      // The one object of each conversation: what is done to it shows at once.
      for (const { conversation } of page.items) registry.put(conversation)
      const known = new Set(more ? this.items.map((one) => one.conversation.id) : [])
      const fresh = page.items.filter((one) => !known.has(one.conversation.id))
      this.items = more ? [...this.items, ...fresh] : page.items
      this.next = page.next
      this.total = page.total
      this.problem = null
    } catch (thrown) {
      if (!call.signal.aborted) this.problem = asProblem(thrown)
    }
  }

  drop(): void {
    this.#call?.abort()
  }
}
