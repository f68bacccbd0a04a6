import type { Id, Message } from '../../api/types'
import type { Sending } from '../../model/outbox.svelte'
import { daysAgo } from '../../i18n/format'

/** Messages of one author closer than this stand under one name, ms. */
const JOIN_MS = 5 * 60_000

export type StreamItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string }
  | { kind: 'message'; key: string; message: Message; joined: boolean }
  | { kind: 'sending'; key: string; sending: Sending }

function joins(before: Message | undefined, message: Message): boolean {
  return (
    before !== undefined &&
    before.kind === 'message' &&
    message.kind === 'message' &&
    before.author.kind === message.author.kind &&
    before.author.id === message.author.id &&
    before.author.name === message.author.name &&
    message.email === null &&
    Date.parse(message.created_at) - Date.parse(before.created_at) < JOIN_MS
  )
}

/**
 * What stands in the conversation from top to bottom: days, messages, the line where the unread ones begin, and
 * last what is still on its way. A message that came back from the server takes the place of its local copy.
 */
export function buildStream(
  messages: readonly Message[],
  sending: readonly Sending[],
  firstUnread: Id | null,
): StreamItem[] {
  const items: StreamItem[] = []
  const echoed = new Set(messages.map((message) => message.client_id))
  let before: Message | undefined
  for (const message of messages) {
    const newDay = !before || daysAgo(before.created_at) !== daysAgo(message.created_at)
    if (newDay) items.push({ kind: 'day', key: `day-${message.created_at}`, at: message.created_at })
    const startsUnread = message.id === firstUnread
    if (startsUnread) items.push({ kind: 'unread', key: 'unread' })
    const joined = !newDay && !startsUnread && joins(before, message)
    items.push({ kind: 'message', key: message.client_id ?? message.id, message, joined })
    before = message
  }
  for (const one of sending) {
    const key = one.body.client_id
    if (!echoed.has(key)) items.push({ kind: 'sending', key, sending: one })
  }
  return items
}
