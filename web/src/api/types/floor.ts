import type { Presence } from './accounts'
import type { Id, Time } from './base'
import type { ConversationRow } from './conversations'
import type { Level, Threshold } from './thresholds'

/** A rate with what it was counted from; `rate` is null when nothing was. */
export interface Rate {
  numerator: number
  denominator: number
  rate: number | null
}

export interface Figures {
  offered: number
  answered: number
  abandoned: number
  short_abandoned: number
  flow_out: number
  handled: number
  continued: number
  service: {
    /** null: several, see `targets` */
    target_s: number | null
    /** the goal, 0 to 1 */
    share: number
    targets: Record<string, number>
    strict: Rate
    aws: Rate
    answered: Rate
    undecided: number
  }
  asa_s: number | null
  wait_s: number
  abandonment: Rate
  aht_s: number | null
  talk_s: number
  wrap_up_s: number
}

/** How many people are in each state; the sum is everybody. */
export type PeopleCount = Record<
  'available' | 'offered' | 'handling' | 'wrap_up' | 'busy' | 'away' | 'offline' | 'set_aside',
  number
>

export interface QueueNow {
  /** null: what waits without a queue */
  id: Id | null
  name: string
  brand_id: Id | null
  gives_work: boolean
  waiting: number
  longest_wait_s: number | null
  waiting_by_channel: Record<string, number>
  handling: number
  wrapping_up: number
  at_risk: number
  breached: number
  people: PeopleCount
  today: Figures
  last_30m: Figures
  recent: { from: Time; to: Time; strict: Rate; offered: number }[]
  level: Level
}

export interface Hand {
  id: Id
  user: { id: Id; name: string; initials: string }
  conversation_id: Id | null
  text: string
  raised_at: Time
  answered_at: Time | null
  answered_by: { id: Id; name: string } | null
}

export interface PersonNow {
  user: { id: Id; name: string; initials: string }
  teams: Id[]
  presence: Presence
  set_aside_until: Time | null
  routing_since: Time | null
  works_from: string | null
  hand: Hand | null
  interactions: {
    id: Id
    conversation_id: Id
    number: number
    channel: string
    queue_id: Id | null
    contact: { id: Id; name: string; initials: string }
    subject: string
    state: 'offered' | 'handling' | 'wrap-up'
    since: Time
  }[]
}

export interface FloorInterval {
  from: Time
  to: Time
  offered: number
  answered: number
  abandoned: number
  flow_out: number
  strict: Rate
  /** of seconds */
  occupancy: Rate
}

export interface TeamMessage {
  id: Id
  team: { id: Id; name: string } | null
  author: { id: Id; name: string } | null
  text: string
  created_at: Time
  expires_at: Time
  /** How many said that they have read it. */
  readers: number
  /** When the reader of this did; null on the floor, which is the same for all. */
  read_at: Time | null
}

/** The same words in both languages. */
export interface Both {
  it: string
  en: string
}

export interface FloorNow {
  now: Time
  timezone: string
  day_start: Time
  sentence: Both & { tone: 'calm' | 'warn' | 'breach'; lead: Both; rest: Both }
  totals: QueueNow
  queues: QueueNow[]
  people: PersonNow[]
  intervals: FloorInterval[]
  hands: Hand[]
  messages: TeamMessage[]
  raised: Threshold[]
}

/** The numbers of the floor that can be opened. */
export type Figure =
  | 'waiting'
  | 'at_risk'
  | 'breached'
  | 'handling'
  | 'wrapping_up'
  | 'offered'
  | 'answered'
  | 'abandoned'
  | 'flow_out'

export interface FloorContact {
  conversation: ConversationRow
  since: Time | null
  waited_s: number | null
}

export interface FloorContacts {
  items: FloorContact[]
  next: string | null
  total: number
}

export interface MetricRow {
  from: Time
  to: Time
  key: { id: Id | null; name: string } | null
  figures: Figures
  /** null where people's time cannot be told apart, as by queue */
  time: { handling_s: number; idle_s: number; occupancy: Rate; utilisation: Rate } | null
  people: number | null
}

export interface Metrics {
  from: Time
  to: Time
  timezone: string
  interval: string
  by: string
  items: MetricRow[]
  suppressed: { groups: number; why: string } | null
  totals: Figures
  next: string | null
}

export interface Skill {
  id: Id
  name: string
  description: string
  archived: boolean
}
