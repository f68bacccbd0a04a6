import * as api from '../api/floor'
import { asProblem, type Problem } from '../api/problem'
import type { Id, Presence } from '../api/types'
import type { FloorNow, Hand } from '../api/types/floor'
import type { LiveEvent } from '../live/events'
import { hear } from '../model/reactions'
import type { Behind } from './figures'

/** Without any news the picture is fetched again this often, ms. */
const GENTLE_MS = 15_000
/** After news it is fetched this soon, and not more often than this, ms: the server's picture may be a second old. */
const SOON_MS = 1_100

const moving = /^(?:interaction|conversation|threshold|hand|queue|agent|team)\./

/** The floor as it is now: one picture from the server, moved by events, fetched again gently. */
class Floor {
  now = $state.raw<FloorNow | null>(null)
  problem = $state.raw<Problem | null>(null)
  /** ms since 1970 when the picture came */
  at = $state(0)
  /** What is open in the side panel. */
  behind = $state.raw<Behind | null>(null)
  /** Counts the pictures: who shows what is behind a number asks again. */
  beat = $state(0)
  team = $state('')
  #users = 0
  #call: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #soon: ReturnType<typeof setTimeout> | undefined
  #unhear: (() => void) | undefined

  /** Follow the floor while a screen shows it; the returned function stops. */
  follow(): () => void {
    if (this.#users++ === 0) {
      this.#unhear = hear((event) => {
        this.#take(event)
      })
      void this.load()
    }
    return () => {
      if (--this.#users > 0) return
      this.#unhear?.()
      this.#call?.abort()
      clearTimeout(this.#timer)
      clearTimeout(this.#soon)
      this.#soon = undefined
    }
  }

  async load(): Promise<void> {
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    clearTimeout(this.#timer)
    try {
      const picture = await api.now({ team: this.team }, call.signal)
      if (call !== this.#call) return
      this.now = picture
      this.at = Date.now()
      this.problem = null
      this.beat++
    } catch (thrown) {
      if (!call.signal.aborted) this.problem = asProblem(thrown)
    }
    if (call !== this.#call || this.#users === 0) return
    this.#timer = setTimeout(() => void this.load(), GENTLE_MS)
  }

  loadSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      void this.load()
    }, SOON_MS)
  }

  #take(event: LiveEvent): void {
    const data = event.data as { presence?: Presence; presences?: Presence[]; hand?: Hand }
    const kind: string = event.event
    const presences = [...(data.presence ? [data.presence] : []), ...(data.presences ?? [])]
    if (presences.length) this.#present(presences)
    if (data.hand && kind.startsWith('hand.')) this.#hand(data.hand, kind === 'hand.raised')
    if (presences.length || moving.test(kind)) this.loadSoon()
  }

  #present(presences: readonly Presence[]): void {
    if (!this.now) return
    const news = new Map<Id, Presence>(presences.map((one) => [one.user_id, one]))
    const people = this.now.people.map((person) => {
      const presence = news.get(person.user.id)
      if (!presence) return person
      const moved = presence.routing !== person.presence.routing
      return { ...person, presence, ...(moved && { routing_since: new Date().toISOString() }) }
    })
    this.now = { ...this.now, people }
  }

  #hand(hand: Hand, raised: boolean): void {
    if (!this.now) return
    const rest = this.now.hands.filter((one) => one.id !== hand.id)
    this.now = { ...this.now, hands: raised ? [...rest, hand] : rest }
  }

  async answer(hand: Hand): Promise<void> {
    this.#hand(await api.answerHand(hand.id), false)
  }
}

export const floor = new Floor()
