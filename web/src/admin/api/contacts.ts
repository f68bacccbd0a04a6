import { get, patch, post, request } from '../../api/client'
import type { AttributeDefinition, ConsentLine, Contact, Id, Page, Time } from '../../api/types'

export interface Company {
  id: Id
  name: string
  domain: string | null
  attributes: Record<string, unknown>
  note: string
  labels: Id[]
  people: number
  version: number
  created_at: Time
}

export type CompanyBody = Pick<Company, 'name' | 'domain' | 'attributes' | 'note' | 'labels'>

export interface ImportJob {
  id: Id
  file_name: string
  state: 'uploaded' | 'running' | 'done' | 'failed'
  columns: string[]
  mapping: Record<string, string>
  total: number
  created: number
  updated: number
  refused: number
  error: string | null
}

export interface PreviewRow {
  row: number
  values: Record<string, unknown>
  action: 'create' | 'update' | 'refuse'
  reason: string
}

export interface ConsentBody {
  purpose: string
  channel: string
  granted: boolean
  text_version: string
  text_shown: string
}

/** A line of the ledger with what was shown and who wrote it down. */
export type LedgerLine = ConsentLine & { text_shown: string; recorded_by: string }

export const contacts = (
  query: { q: string; label: string; company: string; segment: string; after: string | null },
  signal: AbortSignal,
) => get<Page<Contact>>('/contacts', { ...query, limit: 50 }, signal)
export const addContact = (body: { name: string; identities: { kind: string; value: string }[] }) =>
  post<Contact>('/contacts', body)
export const ledger = async (id: Id) => (await get<{ items: LedgerLine[] }>(`/contacts/${id}/consents`)).items
export const addConsent = (id: Id, body: ConsentBody) => post<LedgerLine>(`/contacts/${id}/consents`, body)
export const erase = (id: Id, reason: string) => post<unknown>(`/contacts/${id}/erase`, { reason })
export const dataAddress = (id: Id) => `/api/v1/contacts/${id}/data`
export const exportAddress = '/api/v1/contacts/export'

export const companies = (q: string, after: string | null, signal?: AbortSignal) =>
  get<Page<Company>>('/companies', { q, after, limit: 50 }, signal)
export const saveCompany = (id: Id | null, body: CompanyBody, version?: number) =>
  id
    ? patch<Company>(`/companies/${id}`, body, version === undefined ? {} : { version })
    : post<Company>('/companies', body)

export function upload(file: File): Promise<ImportJob> {
  const body = new FormData()
  body.append('file', file, file.name)
  return request<ImportJob>('POST', '/contacts/imports', { body })
}
export const job = (id: Id) => get<ImportJob>(`/contacts/imports/${id}`)
export const preview = (id: Id, mapping: Record<string, string>) =>
  post<{ rows: PreviewRow[]; total: number }>(`/contacts/imports/${id}/preview`, { mapping })
export const start = (id: Id, mapping: Record<string, string>) =>
  post<ImportJob>(`/contacts/imports/${id}/start`, { mapping })
export const refusedAddress = (id: Id) => `/api/v1/contacts/imports/${id}/refused`

export type FieldDefinition = AttributeDefinition & { description: string; position: number }
export const fields = async () => (await get<{ items: FieldDefinition[] }>('/attributes')).items
export const saveField = (id: Id | null, body: Omit<FieldDefinition, 'id'>) =>
  id ? patch<FieldDefinition>(`/attributes/${id}`, body) : post<FieldDefinition>('/attributes', body)
