import type { Presence, PresenceState, RoutingStatus } from './accounts'
import type { Time } from './base'
import type { Rate } from './floor'

/** A time in which one's presence stayed as it was; `to` null: it lasts. */
export interface OwnSpan {
  from: Time
  to: Time | null
  state: PresenceState
  reason: string | null
  routing: RoutingStatus
}

/** What a person did today, for themselves. Times in seconds. */
export interface OwnDay {
  now: Time
  timezone: string
  day_start: Time
  presence: Presence
  spans: OwnSpan[]
  time: { handling_s: number; idle_s: number; other_s: number; occupancy: Rate }
  channels: {
    channel: string
    answered: number
    handled: number
    talk_s: number
    wrap_up_s: number
    aht_s: number | null
  }[]
  answered: number
  handled: number
  aht_s: number | null
  offers: { made: number; accepted: number; declined: number; expired: number }
}
