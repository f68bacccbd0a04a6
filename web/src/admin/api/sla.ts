import { del, get, patch, post, put } from '../../api/client'
import type { Id, Priority } from '../../api/types'
import type { Promises } from '../../api/types'

export interface WeekHours {
  days: number[]
  opens: string
  closes: string
}
export interface DayHours {
  opens: string
  closes: string
}
export interface DayException {
  date: string
  hours: DayHours[]
  yearly: boolean
  reason: string
}
export interface CalendarWish {
  name: string
  timezone: string
  week: WeekHours[]
  holidays: { country: string; region: string | null } | null
  exceptions: DayException[]
}
export interface Calendar extends CalendarWish {
  id: Id
  version: number
}
export interface CalendarPreview {
  open: boolean
  changes_at: string | null
  next_opening: string | null
  weekly_hours: number
  days: { date: string; spans: [string, string][] }[]
  special: { date: string; name: string; kind: 'holiday' | 'exception'; hours: DayHours[] }[]
}
export interface Places {
  countries: string[]
  regions: { code: string; name: string }[]
}

export const calendars = async () => (await get<{ items: Calendar[] }>('/calendars')).items
export const saveCalendar = (id: Id | null, wish: CalendarWish, version?: number) =>
  id
    ? patch<Calendar>(`/calendars/${id}`, wish, version === undefined ? {} : { version })
    : post<Calendar>('/calendars', wish)
export const removeCalendar = (id: Id) => del<undefined>(`/calendars/${id}`)
export const places = (country: string | null) => get<Places>('/calendars/places', country ? { country } : {})
export const calendarAhead = (id: Id, language: string) =>
  get<CalendarPreview>(`/calendars/${id}/preview`, { language })
export const tryCalendar = (wish: CalendarWish, language: string, signal: AbortSignal) =>
  post<CalendarPreview>(`/calendars/preview?language=${language}`, wish, { signal })

export type PromiseKind = 'first' | 'next' | 'resolution'
export interface Target {
  target_s: number
  warn_share: number
  warn_before_s: number | null
  business: boolean
}
export type Step =
  | { do: 'notify'; who: string[] }
  | { do: 'priority'; priority: Priority | null }
  | { do: 'queue'; queue_id: Id }
  | { do: 'label'; labels: Id[] }
export interface Escalation {
  on: 'warned' | 'breached'
  kinds: string[]
  steps: Step[]
}
export interface Conditions {
  queues: Id[]
  brands: Id[]
  channels: string[]
  priorities: string[]
  labels: Id[]
  segments: Id[]
}
export interface PolicyRules {
  name: string
  description: string
  enabled: boolean
  conditions: Conditions
  targets: Record<PromiseKind, Target | null>
  calendar_id: Id | null
  pauses: { waiting: boolean; snoozed: 'none' | 'resolution' | 'all' }
  escalations: Escalation[]
}
export interface Policy extends PolicyRules {
  id: Id
  position: number
  version: number
}
export interface Tried {
  number: number
  policy: { id: Id; name: string } | null
  looked: { id: Id; name: string; enabled: boolean; holds: boolean; fails: string[] }[]
  sla: Promises | null
}

export const policies = async () => (await get<{ items: Policy[] }>('/sla-policies')).items
export const savePolicy = (id: Id | null, wish: unknown, version?: number) =>
  id
    ? patch<Policy>(`/sla-policies/${id}`, wish, version === undefined ? {} : { version })
    : post<Policy>('/sla-policies', wish)
export const orderPolicies = (ids: Id[]) => put<{ items: Policy[] }>('/sla-policies/order', { ids })
export const removePolicy = (id: Id) => del<undefined>(`/sla-policies/${id}`)
export const tryPolicies = (conversation_id: Id) => post<Tried>('/sla-policies/try', { conversation_id })
