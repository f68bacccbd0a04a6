/** The socket: opened again with back-off and jitter, watched by a heartbeat, and closed by nothing but `stop`. */
import type { Down, Up } from '../protocol'
import { signal } from '../kit/reactive'
import { Refused } from './account'

const beat = 25_000
const patience = 10_000

export interface Ends {
  /** The first frame, made anew for each connection. */
  hello(): Promise<Up>
  heard(frame: Down): void
  /** The server no longer knows this session. */
  lost(): void
}

export class Link {
  readonly state = signal<'connecting' | 'online' | 'offline'>('connecting')
  #socket: WebSocket | undefined
  #tries = 0
  #timer = 0
  #pulse = 0
  #answered = 0
  #stopped = true

  constructor(private readonly ends: Ends) {
    addEventListener('online', () => this.#now())
    addEventListener('offline', () => this.#socket?.close())
    document.addEventListener('visibilitychange', () => document.hidden || this.#now())
  }

  start(): void {
    this.#stopped = false
    void this.#open()
  }

  stop(): void {
    this.#stopped = true
    this.#close()
  }

  /** True when the frame was handed to a live socket; what must arrive is kept by the caller until acknowledged. */
  send(frame: Up): boolean {
    if (this.state() !== 'online' || this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(frame))
    return true
  }

  /** Drops a connection that looks alive and is not. */
  restart(): void {
    this.#close()
    this.#later(0)
  }

  #now(): void {
    if (this.#stopped) return
    if (this.#socket) this.#check()
    else this.#later(0)
  }

  async #open(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#stopped || this.#socket) return
    if (this.state() !== 'offline') this.state.set('connecting')
    const socket = (this.#socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/chat/ws`))
    const silence = setTimeout(() => socket.close(), patience)
    socket.onclose = (event) => {
      clearTimeout(silence)
      if (socket !== this.#socket) return
      this.#close()
      if (event.code === 4401) return this.ends.lost()
      this.state.set('offline')
      this.#later(Math.min(30_000, 500 * 2 ** this.#tries++) * (0.5 + Math.random() / 2))
    }
    socket.onopen = async () => {
      try {
        socket.send(JSON.stringify(await this.ends.hello()))
      } catch (refusal) {
        if (refusal instanceof Refused && [401, 403, 404, 410].includes(refusal.status)) this.ends.lost()
        else socket.close()
      }
    }
    socket.onmessage = (event: MessageEvent<string>) => {
      const frame = JSON.parse(event.data) as Down
      this.#answered = Date.now()
      if (frame.type === 'welcome') {
        clearTimeout(silence)
        this.#tries = 0
        clearInterval(this.#pulse)
        this.#pulse = setInterval(() => this.#check(), beat)
        this.state.set('online')
      }
      if (frame.type === 'bye') this.#tries = Math.max(this.#tries, 1)
      this.ends.heard(frame)
    }
  }

  #check(): void {
    const asked = Date.now()
    const socket = this.#socket
    this.send({ type: 'ping' })
    setTimeout(() => {
      if (socket && socket === this.#socket && this.#answered < asked) this.restart()
    }, patience)
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#open(), ms)
  }

  #close(): void {
    const socket = this.#socket
    this.#socket = undefined
    clearInterval(this.#pulse)
    clearTimeout(this.#timer)
    if (this.state() === 'online') this.state.set('offline')
    socket?.close()
  }
}
