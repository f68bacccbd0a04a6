import { del, get, post } from './client'
import type { Id } from './types'
import type { Hand, TeamMessage } from './types/floor'
import type { OwnDay } from './types/day'

/** One's own raised hand is among them, and for those who watch the floor everybody's. */
export const hands = async () => (await get<{ items: Hand[] }>('/hands')).items
/** Ask for help; a second call changes what one asks. */
export const raise = (text: string, conversation_id: Id | null) =>
  post<Hand>('/hands', { text, conversation_id })
export const lower = (id: Id) => del<undefined>(`/hands/${id}`)

/** What one was told in the last day. */
export const words = async () => (await get<{ items: TeamMessage[] }>('/floor/messages')).items
export const readWord = (id: Id) => post<undefined>(`/floor/messages/${id}/read`)

export const day = (signal?: AbortSignal) => get<OwnDay>('/me/day', undefined, signal)
