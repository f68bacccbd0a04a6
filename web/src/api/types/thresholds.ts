import type { Id, Time } from './base'

export type Level = 'ok' | 'warn' | 'breach'

/** When somebody is to be told, and how it stands. */
export interface Threshold {
  id: Id
  queue_id: Id | null
  figure: ThresholdFigure
  warn: number | null
  breach: number | null
  clear: number | null
  hold_s: number
  enabled: boolean
  /** Who is told; nobody: whoever watches the floor. */
  tell: Id[]
  state: Level
  value: number | null
  since: Time | null
}

export type ThresholdFigure =
  | 'waiting'
  | 'longest_wait_s'
  | 'at_risk'
  | 'breached'
  | 'service_30m'
  | 'service_today'
  | 'abandonment_30m'
  | 'available'

/** How fast is fast enough; without a queue for all, without a channel for each. */
export interface ServiceTarget {
  queue_id: Id | null
  channel: string | null
  target_s: number
  share: number
  short_s: number
}
