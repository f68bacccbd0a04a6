import * as api from '../api/conversations'
import { asProblem } from '../api/problem'
import type { Attachment, Id, NewMessage } from '../api/types'
import { pause } from '../live/backoff'
import { keep, readKept } from './kept'
import { prefs } from './prefs.svelte'
import { session } from './session.svelte'
import { threads } from './thread.svelte'

/** A message written here and not yet confirmed by the server. It survives a reload. */
export interface Sending {
  conversationId: Id
  body: NewMessage
  attachments: Attachment[]
  /** ms since 1970 */
  writtenAt: number
  /** Until then it can be taken back; ms since 1970 */
  goAt: number
  tries: number
  state: 'held' | 'sending' | 'waiting' | 'failed'
  failure: { code: string; detail: string } | null
}

/** How often somebody else may have to be told "override" is asked for: never by itself. */
class Outbox {
  list = $state.raw<Sending[]>([])
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #settled = new Set<string>()

  /** Take up what an earlier visit left behind. */
  begin(): void {
    const kept = readKept<Sending[]>(this.#name, [])
    this.list = kept.map((one) => (one.state === 'failed' ? one : { ...one, state: 'waiting', tries: 0 }))
    for (const one of this.list) if (one.state !== 'failed') this.#schedule(one, 0)
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.list = []
  }

  get #name(): string {
    return `outbox.${session.id}`
  }

  in(conversationId: Id): Sending[] {
    return this.list.filter((one) => one.conversationId === conversationId)
  }

  /** Put a message on its way. Replies wait a moment, so that they can be taken back; notes go at once. */
  send(conversationId: Id, body: NewMessage, attachments: Attachment[]): Sending {
    this.flush(conversationId)
    const now = Date.now()
    const hold = body.kind === 'note' ? 0 : prefs.now.holdSeconds * 1000
    const sending: Sending = {
      conversationId,
      body,
      attachments,
      writtenAt: now,
      goAt: now + hold,
      tries: 0,
      state: hold > 0 ? 'held' : 'waiting',
      failure: null,
    }
    this.#set([...this.list, sending])
    this.#schedule(sending, hold)
    return sending
  }

  /** Take back a message that has not gone yet; returns it, to be edited, or null when it is too late. */
  takeBack(clientId: string): Sending | null {
    const one = this.#find(clientId)
    if (!one || one.state === 'sending') return null
    this.#remove(clientId)
    return one
  }

  /** Send what is held in a conversation now. */
  flush(conversationId: Id): void {
    for (const one of this.in(conversationId)) if (one.state === 'held') this.#schedule(one, 0)
  }

  /** Try a failed one again; `override` takes the conversation over from its owner. */
  again(clientId: string, override = false): void {
    const one = this.#find(clientId)
    if (!one) return
    const body = override ? { ...one.body, override: true } : one.body
    const next: Sending = { ...one, body, state: 'waiting', tries: 0, failure: null }
    this.#replace(next)
    this.#schedule(next, 0)
  }

  /** The server has it: the echo takes the place of the local copy. */
  echoed(clientId: string): void {
    if (!this.#find(clientId)) return
    this.#settled.add(clientId)
    this.#remove(clientId)
  }

  /** The network is back: everything that waits goes now. */
  hurry(): void {
    for (const one of this.list) if (one.state === 'waiting') this.#schedule(one, 0)
  }

  #schedule(one: Sending, wait: number): void {
    const id = one.body.client_id
    clearTimeout(this.#timers.get(id))
    this.#timers.set(
      id,
      setTimeout(() => void this.#go(id), wait),
    )
  }

  async #go(clientId: string): Promise<void> {
    const one = this.#find(clientId)
    if (!one || one.state === 'sending') return
    const mine = this.in(one.conversationId)
    const earlier = mine[mine.indexOf(one) - 1]
    if (earlier && earlier.state !== 'failed') {
      this.#schedule(one, 150)
      return
    }
    this.#replace({ ...one, state: 'sending' })
    try {
      const message = await api.send(one.conversationId, one.body)
      threads.get(one.conversationId)?.put([message])
      this.#remove(clientId)
    } catch (thrown) {
      if (this.#settled.has(clientId)) return
      const problem = asProblem(thrown)
      const tries = one.tries + 1
      if (problem.passing) {
        const waiting: Sending = { ...one, state: 'waiting', tries }
        this.#replace(waiting)
        this.#schedule(waiting, problem.retryAfter ? problem.retryAfter * 1000 : pause(tries, Math.random()))
      } else {
        this.#replace({
          ...one,
          state: 'failed',
          tries,
          failure: { code: problem.code, detail: problem.detail },
        })
      }
    }
  }

  #find(clientId: string): Sending | undefined {
    return this.list.find((one) => one.body.client_id === clientId)
  }

  #replace(next: Sending): void {
    this.#set(this.list.map((one) => (one.body.client_id === next.body.client_id ? next : one)))
  }

  #remove(clientId: string): void {
    clearTimeout(this.#timers.get(clientId))
    this.#timers.delete(clientId)
    this.#set(this.list.filter((one) => one.body.client_id !== clientId))
  }

  #set(list: Sending[]): void {
    this.list = list
    keep(this.#name, list.length ? list : null)
  }
}

export const outbox = new Outbox()
