import { address, del, get, patch, post } from '../../api/client'
import type { Brand, Id, Page, Time } from '../../api/types'

export interface Provider {
  id: Id
  name: string
  issuer: string
  client_id: string
  has_secret: boolean
  scopes: string[]
  domains: string[]
  groups_claim: string
  role_of_group: Record<string, Id>
  default_role_id: Id | null
  create_users: boolean
  enabled: boolean
}
export type ProviderBody = Omit<Provider, 'id' | 'has_secret'> & { client_secret?: string }

export interface ApiKey {
  id: Id
  name: string
  prefix: string
  scopes: string[]
  expires_at: Time | null
  used_at: Time | null
  revoked_at: Time | null
  created_at: Time
  user_name: string
}

export interface AuditLine {
  id: Id
  at: Time
  actor_kind: string
  actor_name: string
  address: string
  request_id: string
  action: string
  object_kind: string
  object_id: Id | null
  before: unknown
  after: unknown
}

/** A filter of the audit log; what is empty is no condition. */
export interface AuditQuery {
  actor_id: Id
  action: string
  object_id: string
  since: string
  until: string
}

export interface Workspace {
  id: Id
  name: string
  locale: string
  timezone: string
  brands: Brand[]
}

export interface Waiting {
  kind: string
  due: number
  running: number
  scheduled: number
  oldest_s: number
}

export interface DeadJob {
  id: number
  kind: string
  args: Record<string, unknown>
  attempts: number
  error: string
  created_at: Time
  died_at: Time
}

export const providers = async () => (await get<Page<Provider>>('/sign-on')).items
export const saveProvider = (id: Id | null, body: ProviderBody) =>
  id ? patch<{ id: Id }>(`/sign-on/${id}`, body) : post<{ id: Id }>('/sign-on', body)
export const dropProvider = (id: Id) => del<undefined>(`/sign-on/${id}`)
export const checkProvider = (body: ProviderBody) => post<Record<string, unknown>>('/sign-on/check', body)

export const keys = async () => (await get<Page<ApiKey>>('/api-keys')).items
export const issueKey = (body: { name: string; scopes: string[]; expires_at: Time | null }) =>
  post<ApiKey & { key: string }>('/api-keys', body)
export const revokeKey = (id: Id) => del<undefined>(`/api-keys/${id}`)

export const audit = (query: AuditQuery, after: string | null, signal: AbortSignal) =>
  get<Page<AuditLine>>('/audit', { ...query, after, limit: 50 }, signal)
export const auditExport = (query: AuditQuery) => address('/audit/export', { ...query })

export const changeWorkspace = (body: { name?: string; locale?: string; timezone?: string }) =>
  patch<Workspace>('/workspace', body)
export const saveBrand = (id: Id | null, body: { name: string; accent: string; archived: boolean }) =>
  id ? patch<Workspace>(`/brands/${id}`, body) : post<Workspace>('/brands', body)

export const jobs = async () => (await get<{ items: Waiting[] }>('/jobs')).items
export const deadJobs = (after: string | null, signal: AbortSignal) =>
  get<Page<DeadJob>>('/jobs/dead', { after, limit: 50 }, signal)
export const retryJob = (id: number) => post<{ started: number }>(`/jobs/dead/${id}/retry`)
export const retryKind = (kind: string) => post<{ started: number }>('/jobs/dead/retry', { kind })
export const dropJob = (id: number) => del<undefined>(`/jobs/dead/${id}`)
