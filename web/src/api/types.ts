/** The shapes that cross the wire, named as the server names them (docs/developers/contract.md). */
export type Id = string
/** RFC 3339, UTC. */
export type Time = string

export type AuthorKind = 'customer' | 'agent' | 'bot' | 'system'
export type Status = 'open' | 'waiting' | 'snoozed' | 'resolved'
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
export type DueKind = 'first' | 'next' | 'resolution'
export type PresenceState = 'available' | 'busy' | 'away' | 'offline'
export type RoutingStatus = 'idle' | 'offered' | 'handling' | 'wrap-up'
export type Mode = 'reply' | 'note'

export interface Actor {
  kind: AuthorKind
  id: Id | null
  name: string
}

export interface Presence {
  user_id: Id
  state: PresenceState
  reason: string | null
  since: Time
  next: { state: PresenceState; reason: string | null } | null
  routing: RoutingStatus
}

export interface Team {
  id: Id
  name: string
}

export interface Brand {
  id: Id
  name: string
  accent: string | null
}

export interface Settings {
  theme?: 'light' | 'dark' | 'system'
  density?: 'compact' | 'cosy' | 'roomy'
  /** command id -> chord; an empty chord switches that key off */
  shortcuts?: { on?: boolean; keys?: Record<string, string> }
  sound?: boolean
  notifications?: boolean
}

export interface Me {
  user: {
    id: Id
    name: string
    email: string
    initials: string
    locale: string
    timezone: string
    teams: Team[]
    roles: string[]
    settings: Settings
  }
  workspace: { id: Id; name: string; locale: string; timezone: string; brands: Brand[] }
  permissions: string[]
  presence: Presence
}

export interface Colleague {
  id: Id
  name: string
  initials: string
  email: string
  teams: Team[]
  presence: Presence | null
}

export interface Queue {
  id: Id
  name: string
}

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

/** Files of one kind that a channel takes; `size` is bytes of one file. */
export interface MediaLimit {
  kind: 'image' | 'audio' | 'video' | 'document'
  types: string[]
  size: number
  caption: number | null
}

export interface Capabilities {
  /** longest text in characters */
  text: number | null
  media: MediaLimit[]
  /** most files in one message */
  files: number
  total_size: number | null
  html: boolean
  subject: boolean
  cc: boolean
  typing: boolean
  read_receipts: boolean
  public: boolean
  live: boolean
}

export interface Address {
  address: string
  name: string
}

export interface Draft {
  mode: Mode
  text: string
  html?: string | null
  attachments?: Attachment[]
  email?: EmailFields | null
  version: number
  updated_at?: Time
}

export interface EmailFields {
  to?: Address[]
  cc?: Address[]
  bcc?: Address[]
  subject?: string
  quote?: boolean
}

export interface ConversationDetail extends Omit<ConversationRow, 'contact'> {
  contact: Contact
  drafts: Draft[]
  participants: { address: string; name: string; role: string }[]
  can: { reply: boolean; why: string | null }
  capabilities: Capabilities
}

export interface Counts {
  mine: number
  unassigned: number
  mentions: number
  followed: number
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface ConversationPage extends Page<ConversationRow> {
  counts: Counts
}

export type Scan = 'clean' | 'pending' | 'infected' | 'skipped'

export interface Attachment {
  id: Id
  name: string
  content_type: string
  size: number
  inline: boolean
  content_id: string | null
  url: string
  preview_url: string | null
  width: number | null
  height: number | null
  /** seconds */
  duration: number | null
  scan: Scan
}

export type DeliveryStatus = 'received' | 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

export interface MessageEmail {
  from: Address | null
  to: Address[]
  cc: Address[]
  bcc: Address[]
  subject: string
  message_id: string | null
}

export interface Message {
  id: Id
  conversation_id: Id
  seq: number
  kind: 'message' | 'note' | 'activity'
  author: Actor
  channel: string
  text: string
  html: string | null
  folded: string | null
  attachments: Attachment[]
  email: MessageEmail | null
  reply_to: Id | null
  mentions: Id[]
  status: DeliveryStatus
  error: { code: string; detail: string; advice: string } | null
  auto: string
  client_id: string | null
  created_at: Time
  activity: Activity | null
  edited_at: Time | null
  deleted_at: Time | null
  flags: string[]
}

export interface Activity {
  verb: string
  [detail: string]: unknown
}

export interface NewMessage {
  client_id: string
  kind: 'message' | 'note'
  text: string
  attachments: Id[]
  mentions: Id[]
  email?: EmailFields
  reply_to?: Id
  override?: boolean
  then?: 'waiting' | 'resolve' | 'open'
}

/** What an action answers: the conversation as it is now, and how to take it back. */
export interface Done {
  conversation: ConversationRow
  undo: string | null
}

export interface BulkDone {
  done: number
  failed: { id: Id; code: string; detail: string }[]
  undo: string | null
}

export type IdentityKind = 'email' | 'phone' | 'visitor' | 'handle' | 'external'

export interface Evidence {
  source: string
  at: Time
  detail: string
}

export interface Identity {
  id: Id
  kind: IdentityKind
  value: string
  /** the value as people write it */
  shown: string
  verified: boolean
  evidence: Evidence[]
  primary: boolean
}

export interface Care {
  id: Id
  icon: string
  text: string
}

export interface Contact {
  id: Id
  name: string
  initials: string
  company: { id: Id; name: string } | null
  language: string | null
  timezone: string | null
  identities: Identity[]
  labels: Id[]
  attributes: Record<string, unknown>
  care: Care[]
  note: string
  since: Time | null
  location: string | null
  counts: { conversations: number; open: number; last_30_days: number }
  merged_into: Id | null
  erased_at: Time | null
  version: number
  created_at: Time
}

export interface AttributeDefinition {
  key: string
  label: string
  type: string
  options?: string[] | null
}

export interface TimelineItem {
  id: Id
  at: Time
  kind: string
  channel: string | null
  title: string
  subtitle: string | null
  conversation_id: Id | null
  tone: 'now' | 'bad' | 'bot' | null
}

export interface View {
  id: Id
  name: string
  shared?: boolean
  filters: Record<string, unknown>
  version?: number
}

export interface CannedReply {
  id: Id
  name: string
  shortcut: string
  text: string
}

export interface Macro {
  id: Id
  name: string
}

export interface SearchHit {
  kind: 'message' | 'note' | 'contact' | 'conversation'
  conversation: ConversationRow | null
  message: Message | null
  contact: Contact | null
  /** HTML-escaped by the server, with <mark> around what matched */
  highlights: string[]
}

export interface SignInOptions {
  installed: boolean
  oidc: { id: string; name: string }[]
  passkeys: boolean
  demo: { role: string; name: string; email: string; password: string }[] | null
}

export type SignInMethod = 'totp' | 'passkey' | 'recovery'
export type SignInAnswer = { state: 'signed-in' } | { state: 'code-needed'; ticket: string; methods: SignInMethod[] }

export interface Invitation {
  email: string
  name?: string
  workspace: string
  invited_by?: string
}
