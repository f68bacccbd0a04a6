import * as api from '../api/team'
import type { Id } from '../api/types'
import type { Hand, TeamMessage } from '../api/types/floor'
import { language, tr } from '../i18n/i18n.svelte'
import type { LiveEvent } from '../live/events'
import { toasts } from '../ui/toast.svelte'
import { notices } from './notices.svelte'
import { session } from './session.svelte'

type TeamEvent = Extract<
  LiveEvent,
  { event: `hand.${string}` | `team.message${string}` | `threshold.${string}` | 'presence.set_for_you' }
>

/** What passes between a person and those who lead the floor: a raised hand, words to the team. */
class Team {
  /** One's own hand, while it is up. */
  hand = $state.raw<Hand | null>(null)
  /** Who answered it last. */
  coming = $state<string | null>(null)
  words = $state.raw<TeamMessage[]>([])

  get unread(): number {
    return this.words.filter((one) => !one.read_at && one.author?.id !== session.id).length
  }

  /** What the server keeps for me, after a new link. */
  async load(): Promise<void> {
    const [hands, words] = await Promise.allSettled([api.hands(), api.words()])
    if (hands.status === 'fulfilled')
      this.hand = hands.value.find((one) => one.user.id === session.id) ?? null
    if (words.status === 'fulfilled') this.words = words.value
  }

  take(event: TeamEvent): void {
    switch (event.event) {
      case 'team.message':
        this.#heard(event.data.message)
        break
      case 'team.message_read':
        this.#read(event.data.message_id)
        break
      case 'hand.raised':
      case 'hand.answered':
      case 'hand.lowered':
        this.#hand(event.event, event.data.hand, event.cursor)
        break
      case 'threshold.raised':
        if (!event.data.threshold.tell.length)
          notices.floor(event.cursor, event.at, event.data.sentence[language()])
        break
      case 'threshold.told':
        notices.floor(event.cursor, event.at, event.data.sentence[language()])
        break
      case 'presence.set_for_you': {
        const { presence, by } = event.data
        const state = presence.next ?? presence
        toasts.show(tr.help.setFor(by.name, state.reason || tr.presence.states[state.state]), {
          stays: 10_000,
        })
      }
    }
  }

  #heard(message: TeamMessage): void {
    if (this.words.some((one) => one.id === message.id)) return
    this.words = [message, ...this.words]
    if (message.author?.id === session.id) return
    toasts.show(tr.help.said(message.author?.name ?? '', message.text), { stays: 15_000 })
  }

  #hand(what: `hand.${'raised' | 'answered' | 'lowered'}`, hand: Hand, cursor: string): void {
    if (hand.user.id !== session.id) {
      // Told to those who watch the floor.
      if (what === 'hand.raised') notices.hand(cursor, hand)
      return
    }
    if (what === 'hand.raised') {
      this.hand = hand
      this.coming = null
    } else if (this.hand?.id === hand.id || what === 'hand.answered') {
      this.hand = null
      if (what === 'hand.answered' && this.coming === null) {
        this.coming = hand.answered_by?.name ?? ''
        toasts.show(tr.help.coming(this.coming), { stays: 12_000 })
      }
    }
  }

  async raise(text: string, conversationId: Id | null): Promise<void> {
    this.hand = await api.raise(text, conversationId)
    this.coming = null
  }

  async lower(): Promise<void> {
    const { hand } = this
    if (!hand) return
    await api.lower(hand.id)
    this.hand = null
  }

  async read(id: Id): Promise<void> {
    await api.readWord(id)
    this.#read(id)
  }

  #read(id: Id): void {
    const read_at = new Date().toISOString()
    this.words = this.words.map((one) => (one.id === id ? { ...one, read_at } : one))
  }

  clear(): void {
    this.hand = null
    this.coming = null
    this.words = []
  }
}

export const team = new Team()
