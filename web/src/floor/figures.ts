import type { Figure, PersonNow, QueueNow, Rate } from '../api/types/floor'
import type { Id } from '../api/types'

export type Tone = 'calm' | 'warn' | 'breach'

/** What a number is asked of: a queue (`none`: without one), a person, or the whole floor. */
export interface Behind {
  figure: Figure
  queue: Id | 'none' | null
  /** A person, or several with commas. */
  agent: Id | null
  /** Of one channel. */
  channel?: string | null
  /** Only of the last so many minutes; without it of today. */
  minutes?: number | null
  /** Of whom or what, as the panel's title. */
  name: string
}

/** How a wait stands against the seconds promised: the ring's share and its tone. Without a promise it is calm. */
export function waited(seconds: number, target: number | null): { used: number; level: Tone } {
  if (target === null || target <= 0) return { used: 0, level: 'calm' }
  const used = Math.min(100, (seconds / target) * 100)
  return { used, level: seconds >= target ? 'breach' : used >= 65 ? 'warn' : 'calm' }
}

/** The shortest promise among the channels that wait in a queue, seconds; null when nothing waits. */
export function promiseOf(queue: QueueNow): number | null {
  const { targets, target_s } = queue.today.service
  const seconds = Object.entries(queue.waiting_by_channel)
    .filter(([, count]) => count > 0)
    .map(([channel]) => targets[channel] ?? target_s)
    .filter((one): one is number => one !== null)
  return seconds.length ? Math.min(...seconds) : target_s
}

/** A service level against its goal: below it is a warning, more than fifteen points below a breach. */
export function levelTone({ rate }: Rate, share: number): Tone {
  if (rate === null || rate >= share) return 'calm'
  return rate >= share - 0.15 ? 'warn' : 'breach'
}

export const groups = [
  'handling',
  'offered',
  'available',
  'wrap_up',
  'set_aside',
  'busy',
  'away',
  'offline',
] as const
export type Group = (typeof groups)[number]

/** In which group a person stands: what they do comes before the state they chose. */
export function groupOf(person: PersonNow, now: number): Group {
  const { routing, state } = person.presence
  if (routing === 'handling') return 'handling'
  if (routing === 'offered') return 'offered'
  if (routing === 'wrap-up') return 'wrap_up'
  if (state !== 'available') return state
  if (person.set_aside_until !== null && Date.parse(person.set_aside_until) > now) return 'set_aside'
  return 'available'
}

/** Since when somebody is in their group, ms since 1970. */
export const sinceOf = (person: PersonNow): number =>
  Date.parse((person.presence.routing !== 'idle' ? person.routing_since : null) ?? person.presence.since)
