import type { Id, Time } from './base'

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

/** Somebody who may be the same person, and why one may think so. Never joined by itself. */
export interface Suggestion {
  contact: Contact
  reasons: string[]
  score: number
}

/** One line of the consent ledger, newest first. */
export interface ConsentLine {
  id: Id
  purpose: string
  /** `*` for all channels */
  channel: string
  granted: boolean
  text_version: string
  at: Time
}

export interface AttributeDefinition {
  id: Id
  on_kind: 'contact' | 'company' | 'conversation'
  key: string
  label: string
  kind: 'text' | 'number' | 'boolean' | 'date' | 'choice' | 'url' | 'money'
  choices: string[]
  archived: boolean
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
  details?: { granted?: boolean }
}
