import { address, get, post, put, type Query } from './client'
import type { Id, PresenceState, Presence } from './types'
import type { FloorContacts, FloorNow, Hand, Metrics, Skill, TeamMessage } from './types/floor'

/** The floor as it is now; at most a second old. */
export const now = (query: Query, signal?: AbortSignal) => get<FloorNow>('/floor', query, signal)

/** The conversations behind a number, by the same rule as the number. */
export const contacts = (query: Query, signal?: AbortSignal) =>
  get<FloorContacts>('/floor/contacts', query, signal)

export const answerHand = (id: Id) => post<Hand>(`/hands/${id}/answer`)
export const tell = (team_id: Id | null, text: string) =>
  post<TeamMessage>('/floor/messages', { team_id, text })
export const setPresence = (user: Id, state: PresenceState, reason: string | null) =>
  put<Presence>(`/users/${user}/presence`, { state, ...(reason && { reason }) })

export const skills = () => get<{ items: Skill[] }>('/skills')
export const skillsOf = (user: Id, signal?: AbortSignal) =>
  get<{ skills: Record<Id, number> }>(`/users/${user}/skills`, undefined, signal)
export const setSkills = (user: Id, levels: Record<Id, number>) =>
  put<{ skills: Record<Id, number> }>(`/users/${user}/skills`, { skills: levels })

export const metrics = (query: Query, signal?: AbortSignal) => get<Metrics>('/metrics', query, signal)
/** Where the same rows come as a file. */
export const metricsFile = (query: Query, format: 'csv' | 'parquet') =>
  address('/metrics', { ...query, format })
