import type { Id, Time } from './base'
import type { Priority } from './conversations'

/** What a channel does differently from its queue; what is left out is as in the queue. */
export interface ServiceRules {
  offers?: boolean
  offer_s?: number
  set_aside_s?: number | null
  wrap_up_s?: number | null
}

/** One step of the search for somebody. */
export interface RingRules {
  requirement?: Record<Id, number> | null
  seconds?: number | null
  agents?: Id[] | null
  members?: boolean
}

/** How a queue finds people. Times in seconds; what is left out is the server's default. */
export interface QueueRules {
  channels?: string[]
  requirement?: Record<Id, number>
  rings?: RingRules[]
  offers?: boolean
  offer_s?: number
  set_aside_s?: number | null
  refused_s?: number
  wrap_up_s?: number | null
  extension_s?: number
  preferred_s?: number
  handle_s?: number
  overflow?: { after_s: number; queue_id: Id } | null
  by_channel?: Record<string, ServiceRules>
  decline_reasons?: string[]
  disposition_required?: boolean
}

export interface OfferCard {
  id: Id
  interaction_id: Id
  conversation_id: Id
  number: number
  agent_id: Id
  channel: string
  queue: { id: Id; name: string } | null
  ring: number
  contact: { id: Id; name: string; initials: string }
  subject: string
  preview: string
  priority: Priority
  labels: Id[]
  /** What the form or the bot asked. */
  gathered: Record<string, unknown>
  last_contact: { conversation_id: Id; at: Time; channel: string; subject: string } | null
  rule: string | null
  entered_at: Time
  made_at: Time
  expires_at: Time | null
  seconds_left: number | null
  decline_reasons: string[]
}

/** A routed piece of work in a conversation. */
export interface Interaction {
  id: Id
  conversation_id: Id
  channel: string
  queue_id: Id | null
  state: 'queued' | 'offered' | 'handling' | 'wrap-up' | 'ended'
  agent_id: Id | null
  entered_at: Time
  answered_at: Time | null
  ended_at: Time | null
  /** null in wrap-up: until its agent ends it */
  wrap_up_ends_at: Time | null
  disposition_id: Id | null
}

/** How a contact ended, in words of the workspace. A tree: what is chosen is a leaf. */
export interface Disposition {
  id: Id
  queue_id: Id | null
  parent_id: Id | null
  name: string
  position: number
  archived: boolean
  version: number
}

/** Somebody who was not asked, and why, in the reader's language. */
export interface PassedOver {
  id: Id
  name: string | null
  reason: string
  words: string
}

export interface PastOffer {
  id: Id
  interaction_id: Id
  agent: { id: Id; name: string | null }
  ring: number
  /** it needed no answer */
  auto: boolean
  made_at: Time
  answered_at: Time | null
  outcome: 'accepted' | 'declined' | 'expired' | 'withdrawn' | null
  reason: string | null
  why: { rule: string; words: string; waited_s: number; passed_over: PassedOver[] } | null
}

/** Where a conversation stands that waits for somebody. */
export interface Standing {
  state: string
  ring: number
  rings: number
  next_ring_at: Time | null
  waited_s: number
  position: number | null
  expected_s: number | null
  error_s: number | null
  skills: { id: Id; name: string; level: number }[]
  could_take: { id: Id; name: string | null }[]
  obstacles: PassedOver[]
}

export interface RoutedBy {
  version: number
  /** null: no rule matched */
  rule: { id: Id; name: string } | null
  queue_name: string | null
  at: Time
}

export interface Routing {
  interactions: Interaction[]
  offers: PastOffer[]
  now: Standing | null
  /** Which routing rule, of which version, chose its queue; null: the rules were never asked. */
  routed_by: RoutedBy | null
}
