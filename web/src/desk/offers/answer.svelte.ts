import type { Id, OfferCard } from '../../api/types'
import { router } from '../../shell/router.svelte'
import { work } from '../../model/work.svelte'

/** Screen pop: the conversation is there before the server has answered; when it refuses, one is back where one was. */
export async function accept(offer: OfferCard): Promise<void> {
  const before = location.pathname + location.search
  const to = `/c/${offer.conversation_id}`
  router.go(to)
  const mine = await work.accept(offer)
  if (!mine && location.pathname === to) router.go(before, true)
}

/** Which offer shall show why one declines: its card opens the reasons. */
class Declining {
  asked = $state<{ id: Id } | null>(null)
}
export const declining = new Declining()

/** With reasons to choose from, the card asks; else it is declined at once. */
export function decline(offer: OfferCard): void {
  if (offer.decline_reasons.length) declining.asked = { id: offer.id }
  else void work.decline(offer, null)
}
