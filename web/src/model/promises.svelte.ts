import * as api from '../api/conversations'
import type { Id, Promises } from '../api/types'

/** The promises of one conversation, asked for when somebody looks. */
export class Asked {
  promises = $state.raw<Promises | null>(null)
  done = $state(false)
  /** when the answer came: what is left is counted on from there */
  at = Date.now()

  async load(id: Id): Promise<void> {
    try {
      const { sla } = await api.one(id)
      this.at = Date.now()
      this.promises = sla
    } finally {
      this.done = true
    }
  }
}
