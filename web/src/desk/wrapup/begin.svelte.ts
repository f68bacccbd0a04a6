import type { Id } from '../../api/types'
import { tr } from '../../i18n/i18n.svelte'
import { attempt } from '../../model/actions'
import { inbox } from '../../model/inbox.svelte'
import { registry } from '../../model/registry'
import { work } from '../../model/work.svelte'
import { toasts } from '../../ui/toast.svelte'

/** The conversation that was resolved here just now: its wrap-up takes the focus. */
class Begun {
  id = $state<Id | null>(null)
}
export const begun = new Begun()

/**
 * Resolve the one conversation whose queue wants, or leaves time for, work after it, and begin that work.
 * @returns false where nothing follows: then it is resolved as any other
 */
export async function wrapUp(id: Id): Promise<boolean> {
  if (!work.follows(id)) return false
  begun.id = id
  const done = await attempt(() => work.begin(id))
  // It failed and has been told; doing the same in another way would fail as well.
  if (done === undefined) return true
  if (done) {
    toasts.show(tr.wrapUp.begun(registry.get(id)?.row.contact.name ?? ''), { stays: 4000 })
    inbox.countAgain()
  }
  return done
}
