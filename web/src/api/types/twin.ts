import type { Id, Time } from './base'

/** A value with the interval that holds the truth; null: nothing to estimate from. */
export interface Estimate {
  value: number | null
  low: number | null
  high: number | null
}
export type Metric =
  | 'offered'
  | 'answered'
  | 'abandoned'
  | 'p_wait'
  | 'mean_wait_s'
  | 'p90_wait_s'
  | 'service_level'
  | 'occupancy'
export type Estimates = Partial<Record<Metric | 'unresolved' | 'p_abandon' | 'asa_s', Estimate>>
/** By queue. */
export type QueueFigures = Record<string, Estimates>

export interface TwinInterval {
  from_s: number
  to_s: number
  /** the time of day at its beginning: 14:30 */
  clock: string
  figures: Estimates
}
export type Series = Record<string, TwinInterval[]>

export interface TwinResult {
  scenario?: string | null
  seed: number
  replications: number
  hours: number
  warmup_hours: number
  confidence: number
  method: string
  queues: QueueFigures
}
export interface ReplayFigure {
  recorded: number
  simulated: number
  difference: number
  hourly: number
}
export type ReplayFigures = Record<'p_wait' | 'mean_wait_s' | 'service_level' | 'p_abandon', ReplayFigure>
export interface ReplayError {
  calibrated: ReplayFigures
  uncalibrated: ReplayFigures
  queues?: Record<string, ReplayFigures>
}
export interface ReplayTerms {
  calls: number
  agents: number
  learned_from: number
  in_sample: boolean
  mean_after_call_s: number
}
export interface TwinAnswer {
  differences?: QueueFigures
  first: TwinResult
  second?: TwinResult
  difference_series?: Series
  first_series: Series
  second_series?: Series
  error?: ReplayError
  replay?: ReplayTerms
  seconds?: number
}
/** Where a part of a scenario comes from. */
export interface TwinNote {
  code: string
  queue: string | null
  assumed: boolean
  cases: number
  value: string
}

interface Hours {
  from?: string | null
  to?: string | null
}
export type Change =
  | ({ do: 'people'; profile: string; count: number } & Hours)
  | { do: 'ring'; queue: string; seconds: number; ring?: number }
  | ({ do: 'blending'; channel: string } & Hours)
  | ({ do: 'arrivals'; percent: number; queue?: string | null } & Hours)
  | { do: 'handle'; percent: number; queue?: string | null }
  | { do: 'wrap_up'; seconds: number; queue?: string | null }
  | { do: 'priority'; queue: string; priority: number }

export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
export interface TwinRunRow {
  id: Id
  name: string
  state: RunState
  kept: boolean
  /** 0 to 1 */
  progress: number
  created_by: { id: Id; name: string } | null
  created_at: Time
  finished_at: Time | null
  version: number
}
export interface TwinRun extends TwinRunRow {
  asked: {
    scenario: string
    compare: string | null
    changes: Change[]
    replay: { from: string; to: string } | null
    live: boolean
  }
  notes: TwinNote[]
  answer: TwinAnswer | null
  problem: { code: string; detail: string; field: string } | null
}

export interface ScenarioQueue {
  channel?: string
  arrivals_per_hour?: number | number[]
  handle?: { mean_s?: number; cv?: number; lognormal?: [number, number]; exponential?: number }
  patience?: { mean_s?: number; hazard?: unknown } | null
  requirement?: Record<string, number> | string[]
  rings?: { seconds?: number | null; requirement?: Record<string, number> | string[] | null }[]
  target_s?: number
  wrap_up_s?: number
  priority?: number
  [more: string]: unknown
}
export interface ScenarioAgents {
  name?: string
  count?: number
  skills?: Record<string, number> | string[]
  shift?: string | (string | number)[] | null
  [more: string]: unknown
}
/** A scenario as JSON; what the form does not show passes through. */
export interface Scenario {
  hours?: number
  start?: string
  replications?: number
  seed?: number
  queues: Record<string, ScenarioQueue>
  agents: ScenarioAgents[]
  [more: string]: unknown
}
export interface LiveScenario {
  yaml: string
  scenario: Scenario
  notes: TwinNote[]
  basis: {
    from: string
    to: string
    weekday: number | null
    days: number
    contacts: number
    source: 'interactions' | 'conversations' | 'none'
    timezone: string
  }
  profiles: string[]
}
export interface TwinFault {
  field: string
  message: string
  line: number | null
}
export interface Checked {
  faults: TwinFault[]
  yaml: string | null
  scenario: Scenario | null
  contacts: number
  profiles: string[]
}
export interface LiveWish {
  from?: string
  to?: string
  weekday?: number | null
  now: boolean
}
export interface Question {
  name?: string
  scenario?: string
  live?: LiveWish
  changes?: Change[]
  compare?: string
  replay?: boolean | { from: string; to: string }
}
