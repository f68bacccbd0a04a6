import { get, post } from './client'
import type { ConversationRow, Disposition, Id, Interaction, OfferCard, Routing, Time } from './types'

/** What is offered to me, and whether I am set aside; `until` null: until I say that I am available. */
export const offers = () => get<{ items: OfferCard[]; set_aside: { until: Time | null } | null }>('/offers')
export const accept = (id: Id) =>
  post<{ conversation: ConversationRow; interaction: Interaction }>(`/offers/${id}/accept`)
export const decline = (id: Id, reason: string | null) =>
  post<undefined>(`/offers/${id}/decline`, reason === null ? {} : { reason })

/** What one handles or wraps up now. */
export const inHand = async () => (await get<{ items: Interaction[] }>('/me/interactions')).items
/** Resolves the conversation and begins the work after it. */
export const wrapUp = (id: Id) => post<Interaction>(`/interactions/${id}/wrap-up`)
export const extend = (id: Id) => post<Interaction>(`/interactions/${id}/wrap-up/extend`)
export const endWrapUp = (id: Id, body: { disposition_id?: Id; note?: string }) =>
  post<Interaction>(`/interactions/${id}/wrap-up/end`, body)
export const dispositions = async () => (await get<{ items: Disposition[] }>('/dispositions')).items

/** Why a conversation is where it is. */
export const why = (conversationId: Id, signal?: AbortSignal) =>
  get<Routing>(`/conversations/${conversationId}/routing`, undefined, signal)
