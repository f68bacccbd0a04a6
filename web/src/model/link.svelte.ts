import { LiveSocket, type LinkState } from '../live/socket'
import type { LiveEvent, Signal } from '../live/events'
import type { Id, Mode } from '../api/types'
import { takeEvents, takeSignal } from './reactions'
import { serverTime } from './server-time'
import { session } from './session.svelte'

/** The live link as the screen shows it, and the way to speak on it. */
class Link {
  state = $state<LinkState>('connecting')
  /** ms since 1970 of the next try, while the link is lost */
  retryAt = $state<number | null>(null)
  /** round trip of the last ping, ms */
  latency = $state<number | null>(null)
  /** when something was heard last, ms since 1970; how old the data on screen can be */
  heardAt = $state(Date.now())
  #socket: LiveSocket | null = null

  /** @param welcome called at each new link; `fresh` when everything must be fetched again */
  start(welcome: (fresh: boolean) => void): void {
    if (this.#socket) return
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.#socket = new LiveSocket(`${scheme}://${location.host}/api/v1/live`, {
      welcome,
      events: (events: LiveEvent[]) => {
        takeEvents(events)
      },
      signal: (signal: Signal) => {
        takeSignal(signal)
      },
      state: (state, retryInMs) => {
        this.state = state
        this.retryAt = retryInMs === null ? null : Date.now() + retryInMs
      },
      latency: (ms, serverNow) => {
        this.latency = Math.round(ms)
        serverTime.learn(serverNow, ms)
      },
      heard: () => {
        this.heardAt = Date.now()
      },
      signedOut: () => {
        session.out()
      },
      rightsChanged: () => {
        void session.load().catch(() => undefined)
      },
    })
    this.#socket.start()
  }

  stop(): void {
    this.#socket?.stop()
    this.#socket = null
  }

  retry(): void {
    this.#socket?.retry()
  }

  /** Tell colleagues what one is doing here. */
  signal(name: Signal['name'], conversation_id: Id, mode?: Mode): void {
    this.#socket?.say({ type: 'signal', name, conversation_id, ...(mode && { mode }) })
  }
}

export const link = new Link()
