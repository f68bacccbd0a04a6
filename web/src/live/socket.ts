import { pause } from './backoff'
import type { Frame, LiveEvent, Saying, Signal } from './events'

export type LinkState = 'connecting' | 'live' | 'lost' | 'stopped'

export interface Listener {
  /** `fresh`: the desk must fetch its snapshots, because this link did not resume an earlier one. */
  welcome(fresh: boolean): void
  events(events: LiveEvent[]): void
  signal(signal: Signal): void
  state(state: LinkState, retryInMs: number | null): void
  /** The way there and back, and the server's clock as it was half-way. */
  latency(ms: number, serverNow: string): void
  heard(): void
  signedOut(): void
  /** What the person may see and do is another: who one is must be asked again; a fresh `welcome` follows. */
  rightsChanged(): void
}

/** The server answers a ping at once; without any frame for this long the link counts as dead, ms. */
const SILENCE_MS = 35_000
const PING_MS = 15_000

/**
 * The one live link. It reconnects by itself with growing, jittered pauses and resumes from the
 * last cursor it saw; it parses frames but knows nothing of what they mean.
 */
export class LiveSocket {
  #socket: WebSocket | null = null
  #cursor: string | null = null
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #pings: ReturnType<typeof setInterval> | undefined
  #pingedAt = 0
  #heardAt = 0
  #stopped = true
  readonly #url: string
  readonly #listener: Listener

  constructor(url: string, listener: Listener) {
    this.#url = url
    this.#listener = listener
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    addEventListener('online', this.#now)
    document.addEventListener('visibilitychange', this.#seen)
    this.#open()
  }

  stop(): void {
    this.#stopped = true
    removeEventListener('online', this.#now)
    document.removeEventListener('visibilitychange', this.#seen)
    clearTimeout(this.#timer)
    this.#drop()
    this.#listener.state('stopped', null)
  }

  /** Send when the link is up; a signal that cannot go now is worth nothing later. */
  say(what: Saying): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(what))
    return true
  }

  /** Try again at once, as when a person asks or the network is back. */
  retry(): void {
    this.#now()
  }

  #now = (): void => {
    if (this.#stopped || this.#socket?.readyState === WebSocket.OPEN) return
    this.#attempt = 0
    clearTimeout(this.#timer)
    this.#open()
  }

  #seen = (): void => {
    if (document.visibilityState === 'visible') this.#now()
  }

  #open(): void {
    this.#drop()
    this.#listener.state('connecting', null)
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    socket.onopen = () => {
      this.#heardAt = performance.now()
      this.say({ type: 'hello', resume: this.#cursor })
      this.#pings = setInterval(() => this.#ping(), PING_MS)
    }
    socket.onmessage = (message: MessageEvent<string>) => {
      this.#heardAt = performance.now()
      this.#listener.heard()
      this.#take(JSON.parse(message.data) as Frame)
    }
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost()
    }
  }

  #ping(): void {
    if (performance.now() - this.#heardAt > SILENCE_MS) {
      this.#lost()
      return
    }
    this.#pingedAt = performance.now()
    this.say({ type: 'ping' })
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case 'welcome':
        this.#cursor = frame.cursor
        this.#attempt = 0
        this.#listener.state('live', null)
        this.#listener.welcome(!frame.resumed)
        this.#ping()
        break
      case 'event':
        this.#cursor = frame.cursor
        this.#listener.events([frame])
        break
      case 'early':
        this.#listener.events([frame])
        break
      case 'events':
        this.#takeMany(frame.items)
        break
      case 'resync':
        this.#cursor = frame.cursor
        this.#listener.welcome(true)
        break
      case 'signal':
        this.#listener.signal(frame)
        break
      case 'pong':
        this.#listener.latency(performance.now() - this.#pingedAt, frame.now)
        break
      case 'bye':
        if (frame.reason === 'signed-out') {
          this.stop()
          this.#listener.signedOut()
        } else if (frame.reason === 'rights-changed') {
          this.#cursor = null
          this.#listener.rightsChanged()
        }
        break
    }
  }

  #takeMany(items: Extract<Frame, { type: 'events' }>['items']): void {
    const events: LiveEvent[] = []
    for (const item of items) {
      if (item.type === 'signal') this.#listener.signal(item)
      else events.push(item)
    }
    this.#cursor = items.findLast((item) => item.type === 'event')?.cursor ?? this.#cursor
    if (events.length) this.#listener.events(events)
  }

  #lost(): void {
    this.#drop()
    if (this.#stopped) return
    const wait = pause(this.#attempt++, Math.random())
    this.#listener.state('lost', wait)
    this.#timer = setTimeout(() => {
      this.#open()
    }, wait)
  }

  #drop(): void {
    clearInterval(this.#pings)
    const socket = this.#socket
    this.#socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }
}
