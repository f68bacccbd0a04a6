import * as api from '../api/conversations'
import type { ConversationRow, Id, Message, Presence } from '../api/types'
import type { LiveEvent, Signal } from '../live/events'
import { attend, EXPIRES_MS, forget } from './attention'
import { contacts } from './contacts.svelte'
import { directory } from './directory.svelte'
import { beforePaint } from './frame'
import { inbox } from './inbox.svelte'
import { notices } from './notices.svelte'
import { outbox } from './outbox.svelte'
import { pulse } from './pulse.svelte'
import { registry } from './registry'
import { session } from './session.svelte'
import { team } from './team.svelte'
import { threads } from './thread.svelte'
import { work } from './work.svelte'

/** Changes of these fields can bring a conversation into a view that did not have it. */
const moving: readonly (keyof ConversationRow)[] = [
  'owner',
  'status',
  'team_id',
  'queue_id',
  'labels',
  'mentions',
  'followers',
  'priority',
  'merged_into',
  'brand_id',
]

type Hearer = (event: LiveEvent) => void
const hearers = new Set<Hearer>()

/** Areas that keep a picture of their own hear each event too, after the desk has taken it. */
export function hear(hearer: Hearer): () => void {
  hearers.add(hearer)
  return () => hearers.delete(hearer)
}

let queue: LiveEvent[] = []
const fetching = new Set<Id>()
const attended = new Set<Id>()

/** Events are applied together before the next paint, however fast they come. */
export function takeEvents(events: readonly LiveEvent[]): void {
  queue.push(...events)
  beforePaint(applyAll)
}

function applyAll(): void {
  const events = queue
  queue = []
  for (const event of events) {
    apply(event)
    for (const hearer of hearers) hearer(event)
  }
}

function apply(event: LiveEvent): void {
  const data = event.data as {
    changes?: Partial<ConversationRow>
    conversation?: ConversationRow
    message?: Message
    message_id?: Id
    presence?: Presence
    presences?: Presence[]
    contact_id?: Id
    error?: Message['error']
    status?: Message['status']
    renumbered?: boolean
    text?: string
  }
  if (data.message) applyMessage(data.message)
  if (event.event.startsWith('message.') && data.message_id && event.conversation_id) {
    const change = { ...(data.status && { status: data.status }), ...(data.error && { error: data.error }) }
    threads.get(event.conversation_id)?.patch(data.message_id, change)
  }
  if (event.conversation_id)
    applyConversation(event.conversation_id, event, data.changes ?? {}, data.conversation)
  if (data.presence) takePresence(data.presence)
  for (const presence of data.presences ?? []) takePresence(presence)
  if (event.event.startsWith('contact.') && data.contact_id) contacts.stale(data.contact_id)
  if (data.renumbered && event.conversation_id) void threads.get(event.conversation_id)?.again()
  if (event.event === 'mention.created') notices.mentioned(event, data.text ?? '')
  if (/^(?:offer|wrapup|agent)\./.test(event.event)) work.take(event)
  switch (event.event) {
    case 'hand.raised':
    case 'hand.answered':
    case 'hand.lowered':
    case 'threshold.raised':
    case 'threshold.told':
    case 'presence.set_for_you':
    case 'team.message':
    case 'team.message_read':
      team.take(event)
      return
  }
  if (/^(?:user|team|role|queue|disposition)\./.test(event.event)) directory.reloadSoon()
  if (event.event.startsWith('label.')) void directory.loadLabels().catch(() => undefined)
  if (event.event.startsWith('view.')) void directory.loadViews().catch(() => undefined)
}

function applyMessage(message: Message): void {
  threads.get(message.conversation_id)?.put([message])
  if (message.client_id) outbox.echoed(message.client_id)
  if (message.kind === 'message' && message.author.kind === 'customer') pulse.beat()
}

function applyConversation(
  id: Id,
  event: LiveEvent,
  changes: Partial<ConversationRow>,
  whole?: ConversationRow,
): void {
  const isMove = whole !== undefined || moving.some((name) => name in changes)
  if (isMove) inbox.countAgain()
  const known = registry.get(id)
  if (known) {
    const before = known.row
    if (!(whole ? known.take(whole) : known.change(changes, event.seq))) return
    inbox.touch(known)
    notices.changed(before, known.row, event)
    if (!session.sees(known.row.brand_id)) threads.get(id)?.lose()
    else if ('owner' in changes)
      void threads
        .get(id)
        ?.refresh()
        .catch(() => undefined)
  } else if (whole) {
    const made = registry.put(whole)
    inbox.touch(made)
    notices.changed(null, made.row, event)
  } else if (isMove) {
    fetchUnknown(id, event)
  }
}

/** A conversation this desk has never seen may now belong in its list: ask for it once. */
function fetchUnknown(id: Id, event: LiveEvent): void {
  if (fetching.has(id) || fetching.size >= 8) return
  fetching.add(id)
  api
    .one(id)
    .then((detail) => {
      const { id: contactId, name, initials } = detail.contact
      const made = registry.put({ ...detail, contact: { id: contactId, name, initials } })
      inbox.touch(made)
      notices.changed(null, made.row, event)
    })
    .catch(() => undefined)
    .finally(() => fetching.delete(id))
}

function takePresence(presence: Presence): void {
  directory.presence(presence)
  if (session.me && presence.user_id === session.id) session.me = { ...session.me, presence }
}

export function takeSignal(signal: Signal): void {
  if (signal.user.id === session.id) return
  const conversation = registry.get(signal.conversation_id)
  if (!conversation) return
  attend(conversation, signal, Date.now())
  attended.add(conversation.id)
  setTimeout(sweep, EXPIRES_MS + 50)
}

function sweep(): void {
  const now = Date.now()
  for (const id of attended) {
    const conversation = registry.get(id)
    if (!conversation || !forget(conversation, now)) attended.delete(id)
  }
}
