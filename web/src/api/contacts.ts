import { del, get, patch, post } from './client'
import type {
  AttributeDefinition,
  Care,
  ConsentLine,
  Contact,
  Id,
  IdentityKind,
  Page,
  Suggestion,
  TimelineItem,
} from './types'

const at = (id: Id) => `/contacts/${id}`

export type ContactChange = Partial<
  Pick<Contact, 'name' | 'language' | 'timezone' | 'note' | 'location' | 'labels' | 'attributes'>
> & { care?: Care[]; company_id?: Id | null }

export const one = (id: Id, signal?: AbortSignal) => get<Contact>(at(id), undefined, signal)
export const find = (q: string, signal?: AbortSignal) =>
  get<Page<Contact>>('/contacts', { q, limit: 20 }, signal)
export const page = (q: string, after: string | null, signal: AbortSignal) =>
  get<Page<Contact>>('/contacts', { q, after, limit: 60 }, signal)
export const change = (id: Id, body: ContactChange, version: number) =>
  patch<Contact>(at(id), body, { version })
export const addIdentity = (id: Id, kind: IdentityKind, value: string) =>
  post<Contact>(`${at(id)}/identities`, { kind, value })
export const dropIdentity = (id: Id, identity: Id) => del<Contact>(`${at(id)}/identities/${identity}`)
export const timeline = (id: Id, before?: string) => get<Page<TimelineItem>>(`${at(id)}/timeline`, { before })
export const suggestions = (id: Id) => get<{ items: Suggestion[] }>(`${at(id)}/suggestions`)
export const merge = (winner: Id, loser: Id, reason: string) =>
  post<{ contact: Contact; merge_id: Id }>(`${at(winner)}/merge`, { loser_id: loser, reason })
export const unmerge = (mergeId: Id) => post<Contact>(`/contacts/merges/${mergeId}/undo`)
export const consents = (id: Id) => get<{ items: ConsentLine[] }>(`${at(id)}/consents`)
export const attributes = () => get<Page<AttributeDefinition>>('/attributes')
