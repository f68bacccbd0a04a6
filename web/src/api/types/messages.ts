import type { Actor, Id, Time } from './base'

export type Mode = 'reply' | 'note'

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
  /** We may write first. */
  starts: boolean
  /** A message of ours can be taken back. */
  delete: boolean
}

/** A channel that this installation has. */
export interface ChannelKind {
  kind: string
  name: string
  capabilities: Capabilities
}

export interface Address {
  address: string
  name: string
}

export interface Draft {
  mode: Mode | 'forward'
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
  html?: string
  attachments: Id[]
  mentions: Id[]
  email?: EmailFields
  reply_to?: Id
  override?: boolean
  then?: 'waiting' | 'resolve' | 'open'
}
