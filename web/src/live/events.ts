import type {
  Actor,
  ConversationRow,
  Id,
  Interaction,
  Message,
  Mode,
  OfferCard,
  Presence,
  Time,
} from '../api/types'
import type { Both, Hand, TeamMessage } from '../api/types/floor'
import type { Threshold } from '../api/types/thresholds'

/** What every event carries besides its own data. */
interface Common {
  cursor: string
  at: Time
  actor: Actor
  conversation_id: Id | null
  seq: number | null
}

type Named<N extends string, D> = Common & { event: N; data: D }

/** The events the desk reacts to. Others arrive too and are let pass. */
export type LiveEvent =
  | Named<'message.created' | 'message.changed', { message: Message }>
  | Named<'message.status', { message_id: Id; status: Message['status']; error?: Message['error'] }>
  | Named<`conversation.${string}`, { conversation?: ConversationRow; changes?: Partial<ConversationRow> }>
  | Named<'mention.created', { user_id: Id; message_id: Id; text: string }>
  | Named<
      `user.${string}` | 'team.changed' | 'team.created' | 'team.removed' | `role.${string}`,
      Record<string, unknown>
    >
  | Named<'presence.changed', { presence: Presence }>
  | Named<`contact.${string}`, { contact_id: Id }>
  | Named<'offer.made', { agent_id: Id; offer: OfferCard }>
  | Named<
      'offer.accepted' | 'offer.declined' | 'offer.expired' | 'offer.withdrawn',
      { agent_id: Id; offer_id: Id; reason: string | null }
    >
  | Named<
      'wrapup.started' | 'wrapup.extended' | 'wrapup.ended',
      { agent_id: Id; interaction: Interaction; disposition_required: boolean }
    >
  | Named<'agent.set_aside' | 'agent.returned', { user_id: Id; until?: Time | null }>
  | Named<'hand.raised' | 'hand.answered' | 'hand.lowered', { hand: Hand }>
  | Named<'team.message', { message: TeamMessage }>
  | Named<'team.message_read', { message_id: Id }>
  | Named<'threshold.raised' | 'threshold.told', { threshold: Threshold; sentence: Both }>
  | Named<'presence.set_for_you', { presence: Presence; by: { id: Id; name: string } }>
  | Named<`label.${string}` | `view.${string}`, Record<string, unknown>>

export interface Signal {
  name: 'typing' | 'viewing' | 'idle'
  /** A colleague; of the kind `customer` when it is the person at the other end. */
  user: { id: Id; name: string; kind?: 'agent' | 'customer' | 'bot' }
  conversation_id: Id
  mode?: Mode
}

/** Everything the server says on the socket. */
export type Frame =
  | { type: 'welcome'; cursor: string; user_id: Id; resumed: boolean; now: Time }
  | ({ type: 'event' } & LiveEvent)
  /** Urgent and for me alone, ahead of its place in the log: it comes again as an event. Nothing resumes from it. */
  | ({ type: 'early' } & LiveEvent)
  /** Several at once, in order: a replay, or what gathered while the link was busy. Signals may stand among events. */
  | {
      type: 'events'
      items: (
        ({ type: 'event' } & LiveEvent) | ({ type: 'early' } & LiveEvent) | ({ type: 'signal' } & Signal)
      )[]
    }
  | ({ type: 'signal' } & Signal)
  | { type: 'resync'; cursor: string }
  | { type: 'pong'; now: Time }
  | { type: 'bye'; reason: 'drain' | 'signed-out' | 'rights-changed' | 'slow' }

/** What the desk says. */
export type Saying =
  | { type: 'hello'; resume: string | null }
  | { type: 'ping' }
  | { type: 'signal'; name: Signal['name']; conversation_id: Id; mode?: Mode }
