import { del, get, patch, post, put } from '../../api/client'
import type { Id, Priority, RingRules, Time } from '../../api/types'
import type { Group } from '../conditions/model'

export interface Then {
  queue_id: Id | null
  requirement: Record<Id, number> | null
  rings: RingRules[] | null
  priority: Priority | null
  preferred_s: number | null
  labels: Id[]
}

export interface Rule {
  id: Id
  name: string
  enabled: boolean
  when: Group
  then: Then
}

/** Something to see to before publishing; an error stands in the way. `path`: within the rule. */
export interface Finding {
  level: 'error' | 'warning'
  rule_id: Id | null
  place: number
  path: string
  code: string
  message: string
}

export interface Change {
  kind: 'added' | 'removed' | 'moved' | 'changed'
  rule_id: Id
  name: string
  before_place: number | null
  after_place: number | null
  fields: { field: string; before: unknown; after: unknown }[]
}

export interface Version {
  id: Id
  number: number
  note: string
  restored_from: number | null
  published_by: string
  published_at: Time
  rules: number
  current: boolean
}

export interface RulesState {
  draft: Rule[]
  version: number
  edited_by: string | null
  edited_at: Time | null
  published: Version | null
  changes: Change[]
  findings: Finding[]
}

export const rules = () => get<RulesState>('/routing-rules')
export const saveDraft = (draft: readonly unknown[], version: number) =>
  put<RulesState>('/routing-rules/draft', { rules: draft }, { version })
export const check = (draft: readonly unknown[]) =>
  post<{ findings: Finding[]; changes: Change[] }>('/routing-rules/check', { rules: draft })
export const publish = (version: number, note: string) =>
  post<RulesState>('/routing-rules/publish', { version, note })
export const versions = async () => (await get<{ items: Version[] }>('/routing-rules/versions')).items
export const version = (id: Id) =>
  get<Version & { content: Rule[]; changes: Change[] }>(`/routing-rules/versions/${id}`)
export const restore = (id: Id, note: string) =>
  post<RulesState>(`/routing-rules/versions/${id}/restore`, { note })

/** Conditions as they came out: what each one saw, and whether it held. */
export interface TracedTest {
  kind: 'test'
  fact: string
  op: string
  key: string
  days: number | null
  values: (string | number | boolean)[]
  seen: unknown
  held: boolean
}
export interface TracedGroup {
  kind: 'group'
  match: 'all' | 'any' | 'none'
  held: boolean
  conditions: (TracedGroup | TracedTest)[]
}

interface Taker {
  id: Id
  name: string | null
  words: string
}
export interface Tried {
  against: 'draft' | 'published'
  version: number | null
  rule: { id: Id; name: string } | null
  rules: { rule_id: Id; name: string; enabled: boolean; held: boolean | null; trace: TracedGroup | null }[]
  queue: { id: Id; name: string } | null
  from_account: boolean
  rings: {
    skills: { id: Id; name: string; level: number }[]
    seconds: number | null
    agents: { id: Id; name: string | null }[] | null
    members: boolean
  }[]
  priority: Priority
  labels: { id: Id; name: string }[]
  preferred: Taker | null
  preferred_s: number
  gives_work: boolean
  chosen: Taker | null
  could_take: Taker[]
  obstacles: Taker[]
  waiting_before: number
}
export interface MadeUp {
  channel: string
  account_id: Id | null
  subject: string
  text: string
  language: string | null
  contact_id: Id | null
  fields: Record<string, string>
  returning: boolean
}
export const tryRules = (body: { conversation_id?: Id; made?: MadeUp; against: 'draft' | 'published' }) =>
  post<Tried>('/routing-rules/try', body)

export interface Segment {
  id: Id
  name: string
  description: string
  conditions: Group
  version: number
  members?: number | null
}
export interface Members {
  total: number
  items: { id: Id; name: string; company: { id: Id; name: string } | null; shown: string | null }[]
}
export const segments = async (count = false) =>
  (await get<{ items: Segment[] }>('/segments', count ? { count: 'true' } : {})).items
export const segment = (id: Id) => get<Segment>(`/segments/${id}`)
export const saveSegment = (
  id: Id | null,
  body: { name: string; description: string; conditions: unknown },
  version?: number,
) =>
  id
    ? patch<Segment>(`/segments/${id}`, body, version === undefined ? {} : { version })
    : post<Segment>('/segments', body)
export const removeSegment = (id: Id) => del<undefined>(`/segments/${id}`)
export const previewSegment = (conditions: unknown, signal?: AbortSignal) =>
  post<Members>('/segments/preview', { conditions }, signal ? { signal } : {})
