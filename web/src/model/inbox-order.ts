import type { ConversationRow, Id } from '../api/types'

export type GroupName = 'live' | 'answer' | 'waiting' | 'snoozed' | 'resolved' | 'flat'
export const groupOrder: readonly GroupName[] = ['live', 'answer', 'waiting', 'snoozed', 'resolved', 'flat']
export type Order = 'due' | 'recent' | 'oldest'

const NEVER = Number.MAX_SAFE_INTEGER
/** Beyond every date, ms, and small enough to stay exact with a date added. */
const UNPROMISED = 4e15
const at = (time: string | null): number => (time === null ? NEVER : Date.parse(time))

/**
 * In which group of the inbox a conversation stands, seen by `me`. There are groups only by urgency: by time of
 * writing the list is one.
 */
export function groupOf(row: ConversationRow, me: Id, order: Order): GroupName {
  if (order !== 'due') return 'flat'
  if (row.status === 'resolved') return 'resolved'
  if (row.live && row.owner?.id === me) return 'live'
  if (row.status === 'snoozed') return 'snoozed'
  return row.status === 'waiting' ? 'waiting' : 'answer'
}

/**
 * A number that sorts a row within its group, small first. By time-to-breach: the nearest promise,
 * then (after all with a promise) who has waited longest.
 */
export function rank(row: ConversationRow, order: Order): number {
  const last = at(row.last_message_at ?? row.created_at)
  if (order === 'recent') return -last
  if (order === 'oldest') return at(row.created_at)
  if (row.status === 'snoozed') return at(row.snoozed_until)
  if (row.due_at !== null) return Date.parse(row.due_at)
  return row.status === 'open'
    ? UNPROMISED + at(row.waiting_since ?? row.last_message_at ?? row.created_at)
    : -last
}

/** Whether a row has a third line: labels, a priority out of the ordinary, a bot at work. Who is writing shares the preview's line. */
export function hasThirdLine(row: ConversationRow): boolean {
  return (
    row.labels.length > 0 || row.owner?.kind === 'bot' || row.priority === 'urgent' || row.priority === 'high'
  )
}
