import type { AuthorKind, Id, Page, Time } from './base'
import type { Contact } from './contacts'
import type { Capabilities, Draft, Message } from './messages'

export type Status = 'open' | 'waiting' | 'snoozed' | 'resolved'

export type Priority = 'low' | 'normal' | 'high' | 'urgent'

export type DueKind = 'first' | 'next' | 'resolution'

export interface Label {
  id: Id
  name: string
  colour?: string | null
}

export interface ConversationRow {
  id: Id
  number: number
  brand_id: Id | null
  channel: string
  account_id: Id | null
  contact: { id: Id; name: string; initials: string }
  subject: string
  preview: string
  status: Status
  priority: Priority
  owner: { kind: 'agent' | 'bot'; id: Id; name: string } | null
  team_id: Id | null
  queue_id: Id | null
  labels: Id[]
  live: boolean
  waiting_since: Time | null
  due_at: Time | null
  due_kind: DueKind | null
  /** from when on the promise is at risk, where a policy says so */
  warn_at?: Time | null
  snoozed_until: Time | null
  unread: number
  last_message_at: Time | null
  last_author_kind: AuthorKind | null
  message_count: number
  mentions: Id[]
  followers: Id[]
  linked: Id[]
  merged_into: Id | null
  created_at: Time
  resolved_at: Time | null
  seq: number
  version: number
}

export interface ConversationDetail extends Omit<ConversationRow, 'contact'> {
  contact: Contact
  drafts: Draft[]
  participants: { address: string; name: string; role: 'customer' | 'to' | 'cc' }[]
  can: { reply: boolean; why: 'merged' | 'permission' | 'owner' | 'channel' | null }
  capabilities: Capabilities
  sla: Promises | null
}

/** One clock of a promise; seconds. */
export interface PromiseClock {
  kind: DueKind
  state: 'running' | 'paused' | 'met' | 'breached' | 'dropped' | 'measured'
  started_at: Time
  ended_at: Time | null
  target_s: number | null
  business: boolean
  due_at: Time | null
  counted_s: number
  left_s: number | null
  wall_s: number
  business_s: number | null
  paused_s: number
  paused_by: 'waiting' | 'snoozed' | null
}

/** What was promised in a conversation, and how it stands. */
export interface Promises {
  policy: { id: Id; name: string } | null
  calendar: { id: Id; name: string } | null
  open_now: boolean | null
  next_opening: Time | null
  clocks: PromiseClock[]
}

export interface Counts {
  mine: number
  unassigned: number
  mentions: number
  followed: number
}

export interface ConversationPage extends Page<ConversationRow> {
  counts: Counts
}

/** What taking an action back did. */
export interface Undone {
  undone: number
  failed: { id: Id; code: string; detail: string }[]
  conversations: ConversationRow[]
}

/** What an action answers: the conversation as it is now, and how to take it back. */
export interface Done {
  conversation: ConversationRow
  undo: string | null
}

export interface BulkDone {
  done: number
  total: number
  /** set while the rest goes on in the background */
  run: Id | null
  failed: { id: Id; code: string; detail: string }[]
  undo: string | null
}

export interface View {
  id: Id
  name: string
  shared: boolean
  mine: boolean
  filters: Record<string, unknown>
  order: 'due' | 'recent' | 'oldest'
  version: number
}

export interface CannedReply {
  id: Id
  name: string
  shortcut: string
  text: string
  language: string | null
}

export interface Macro {
  id: Id
  name: string
  description: string
}

/** What one step of a macro would do to one conversation. */
export interface StepPreview {
  do: string
  text: string
  missing: string[]
  /** Why it would be refused now. */
  problem: string | null
}

export interface SearchHit {
  kind: 'message' | 'note' | 'contact' | 'conversation'
  conversation: ConversationRow | null
  message: Message | null
  contact: Contact | null
  /** HTML-escaped by the server, with <mark> around what matched */
  highlights: string[]
}
