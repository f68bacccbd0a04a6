import { del, get, patch, post, put } from '../../api/client'
import type { Id, Page, Time } from '../../api/types'

/** As much of JSON Schema 2020-12 as an account's form uses. */
export interface Schema {
  title?: string
  description?: string
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object'
  enum?: string[]
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  items?: Schema
  properties?: Record<string, Schema>
  $ref?: string
  $defs?: Record<string, Schema>
}

export interface Kind {
  kind: string
  name: string
  settings: Schema
  secrets: Schema | null
  needs_address: boolean
  first_response_s: number | null
  reopen_days: number
}

export interface Account {
  id: Id
  channel: string
  name: string
  address: string
  brand_id: Id | null
  team_id: Id | null
  queue_id: Id | null
  enabled: boolean
  settings: Record<string, unknown>
  has_secrets: string[]
  first_response_s: number | null
  reopen_days: number | null
  last_in_at: Time | null
  last_out_at: Time | null
  problem: string | null
  version: number
}

export interface Check {
  name: string
  state: 'ok' | 'warning' | 'error'
  detail: string
  advice: string
}

export interface Health {
  state: 'ok' | 'warning' | 'error' | 'off'
  checks: Check[]
  last_in_at: Time | null
  last_out_at: Time | null
  last_error: string | null
  last_error_at: Time | null
  waiting: number
  failed_in: number
  failed_out: number
}

export interface TestResult {
  outcome: 'delivered' | 'retry' | 'refused'
  code: string | null
  detail: string
  advice: string
}

export interface Payload {
  id: Id
  account_id: Id
  account_name: string
  channel: string
  provider_id: string
  state: 'received' | 'done' | 'failed' | 'ignored'
  error: string | null
  size: number
  conversation_id: Id | null
  attempts: number
  received_at: Time
}

export interface QueueOf {
  id: Id
  name: string
  brand_id: Id | null
  team_ids: Id[]
  gives_work: boolean
  priority: number
  archived: boolean
  waiting: number
}

export type AccountBody = Partial<
  Pick<Account, 'name' | 'address' | 'brand_id' | 'team_id' | 'queue_id' | 'enabled' | 'settings'>
> & { secrets?: Record<string, unknown>; first_response_s?: number | null; reopen_days?: number | null }

export const kinds = async () => (await get<{ items: Kind[] }>('/channels')).items
export const accounts = async () => (await get<{ items: Account[] }>('/channel-accounts')).items
export const account = (id: Id) => get<Account>(`/channel-accounts/${id}`)
export const create = (body: AccountBody & { channel: string }) => post<Account>('/channel-accounts', body)
export const change = (id: Id, body: AccountBody, version?: number) =>
  patch<Account>(`/channel-accounts/${id}`, body, version === undefined ? {} : { version })
export const remove = (id: Id) => del<undefined>(`/channel-accounts/${id}`)
export const health = (id: Id) => get<Health>(`/channel-accounts/${id}/health`)
export const test = (id: Id, to: string) => post<TestResult>(`/channel-accounts/${id}/test`, { to })

export const payloads = (
  query: { state: string; account?: Id; after: string | null },
  signal?: AbortSignal,
) => get<Page<Payload>>('/channels/inbox', { ...query, limit: 50 }, signal)
export const replay = (id: Id) => post<unknown>(`/channels/inbox/${id}/replay`)
export const rawAddress = (id: Id) => `/api/v1/channels/inbox/${id}/raw`

export const queues = async () => (await get<{ items: QueueOf[] }>('/queues')).items

export interface RetentionRule {
  /** `*`: channels without a rule of their own */
  channel: string
  days: number
}
export const retention = async () => (await get<{ rules: RetentionRule[] }>('/privacy/retention')).rules
export const setRetention = (rules: RetentionRule[]) =>
  put<{ rules: RetentionRule[] }>('/privacy/retention', { rules })
