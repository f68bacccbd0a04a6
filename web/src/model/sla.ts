import type { ConversationRow } from '../api/types'

/** The promise of a conversation as ring, level and seconds left. */
export interface Promised {
  /** share of the target used, 0 to 100 */
  used: number
  /** negative once it is broken */
  secondsLeft: number
  level: 'calm' | 'warn' | 'breach'
}

/** Shares of the target from which the ring turns; the last minutes count as well, whatever the target. */
const WARN_AT = 65
const BREACH_AT = 85

/** A policy says itself from when on it is at risk: in business time a share of the wall's says nothing. */
function byPolicy(warnAt: string, secondsLeft: number, now: number): Promised['level'] {
  return secondsLeft <= 0 ? 'breach' : now >= Date.parse(warnAt) ? 'warn' : 'calm'
}

function byShare(used: number, secondsLeft: number): Promised['level'] {
  return secondsLeft <= 0 || used >= BREACH_AT ? 'breach' : used >= WARN_AT ? 'warn' : 'calm'
}

/** How a conversation stands against its next promise, or null when nothing is promised. */
export function promised(row: ConversationRow, now: number): Promised | null {
  if (row.due_at === null || row.status === 'resolved') return null
  const due = Date.parse(row.due_at)
  const from = Date.parse(
    (row.due_kind === 'resolution' ? row.created_at : row.waiting_since) ?? row.created_at,
  )
  const secondsLeft = Math.round((due - now) / 1000)
  const target = Math.max(1, due - from)
  const used = Math.max(0, Math.min(100, ((now - from) / target) * 100))
  const level = row.warn_at ? byPolicy(row.warn_at, secondsLeft, now) : byShare(used, secondsLeft)
  return { used: secondsLeft <= 0 ? 100 : used, secondsLeft, level }
}
