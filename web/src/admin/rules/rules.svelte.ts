import { asProblem } from '../../api/problem'
import { explain } from '../../i18n/explain'
import { toasts } from '../../ui/toast.svelte'
import * as api from '../api/rules'
import type { Rule, RulesState } from '../api/rules'
import { Resource } from '../base/resource.svelte'
import { ta } from '../text.svelte'

/** The routing rules: the draft and what is in force. Every change of the draft is saved at once. */
export class Rules extends Resource<RulesState> {
  busy = $state(false)

  constructor() {
    super(api.rules)
  }

  get draft(): readonly Rule[] {
    return this.data?.draft ?? []
  }

  /** Replace the draft; what somebody else changed meanwhile wins and is shown. @returns whether it was saved */
  async save(draft: readonly unknown[]): Promise<boolean> {
    if (!this.data || this.busy) return false
    return this.#run(() => api.saveDraft(draft, this.data?.version ?? 0))
  }

  /** Move a rule to another place (from 0). */
  move(from: number, to: number): Promise<boolean> {
    const order = [...this.draft]
    const [moved] = order.splice(from, 1)
    if (!moved || to < 0 || to > order.length || from === to) return Promise.resolve(false)
    order.splice(to, 0, moved)
    if (this.data) this.data = { ...this.data, draft: order }
    return this.save(order)
  }

  async #run(work: () => Promise<RulesState>): Promise<boolean> {
    this.busy = true
    try {
      this.data = await work()
      return true
    } catch (thrown) {
      const problem = asProblem(thrown)
      toasts.error(problem.status === 412 ? ta.rules.stale : explain(problem))
      await this.load()
      return false
    } finally {
      this.busy = false
    }
  }
}
