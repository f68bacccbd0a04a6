import type { ConversationRow, Id } from '../api/types'
import type { Hand } from '../api/types/floor'
import type { LiveEvent } from '../live/events'
import { chime, desktop } from './alerts'
import { keep, readKept } from './kept'
import { session } from './session.svelte'

export type NoticeKind = 'assigned' | 'message' | 'mention' | 'hand' | 'floor'

/** Something that concerns this person, for the bell. */
export interface Notice {
  id: string
  kind: NoticeKind
  /** Where it leads: a conversation, or (null) the floor. */
  conversationId: Id | null
  who: string
  subject: string
  /** ms since 1970 */
  at: number
  seen: boolean
}

const KEPT = 40

/** What concerns me among all that happens: quiet by default, counted on the bell. */
class Notices {
  list = $state.raw<Notice[]>([])
  /** The conversation in front of the person; what happens there needs no notice. */
  facing: Id | null = null

  begin(): void {
    this.list = readKept<Notice[]>(`notices.${session.id}`, [])
  }

  get unseen(): number {
    return this.list.filter((one) => !one.seen).length
  }

  /** Look at one change and notice what matters to me. */
  changed(before: ConversationRow | null, after: ConversationRow, event: LiveEvent): void {
    const me = session.id
    if (event.actor.id === me) return
    const mine = after.owner?.id === me
    const written = event.event === 'message.created' && event.actor.kind === 'customer'
    const kind: NoticeKind | null =
      mine && before?.owner?.id !== me ? 'assigned' : mine && written ? 'message' : null
    if (!kind) return
    const facing = this.facing === after.id && document.visibilityState === 'visible'
    if (facing && kind === 'message') return
    this.#add({
      id: event.cursor,
      kind,
      conversationId: after.id,
      who: after.contact.name,
      subject: kind === 'message' ? after.preview : after.subject || after.preview,
      at: Date.parse(event.at),
      seen: false,
    })
  }

  /** A colleague named me in a note. */
  mentioned(event: LiveEvent, text: string): void {
    if (!event.conversation_id || event.actor.id === session.id) return
    this.#add({
      id: event.cursor,
      kind: 'mention',
      conversationId: event.conversation_id,
      who: event.actor.name,
      subject: text,
      at: Date.parse(event.at),
      seen: false,
    })
  }

  /** A colleague asks for help. */
  hand(id: string, hand: Hand): void {
    const at = Date.parse(hand.raised_at)
    const { user, text } = hand
    this.#add({ id, kind: 'hand', conversationId: null, who: user.name, subject: text, at, seen: false })
  }

  /** A figure of the floor went past its threshold. */
  floor(id: string, at: string, sentence: string): void {
    const when = Date.parse(at)
    this.#add({ id, kind: 'floor', conversationId: null, who: '', subject: sentence, at: when, seen: false })
  }

  seen(conversationId?: Id | null): void {
    this.#set(
      this.list.map((one) =>
        conversationId === undefined || one.conversationId === conversationId ? { ...one, seen: true } : one,
      ),
    )
  }

  #add(notice: Notice): void {
    if (this.list.some((one) => one.id === notice.id)) return
    // One line per conversation and kind: the newest.
    const rest = this.list.filter(
      (one) =>
        one.conversationId === null ||
        one.conversationId !== notice.conversationId ||
        one.kind !== notice.kind,
    )
    this.#set([notice, ...rest].slice(0, KEPT))
    chime(notice.kind)
    desktop(notice)
  }

  #set(list: Notice[]): void {
    this.list = list
    keep(`notices.${session.id}`, list)
  }
}

export const notices = new Notices()
