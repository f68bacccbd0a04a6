import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pause } from './backoff'
import { LiveSocket, type Listener } from './socket'

describe('pause', () => {
  it('grows, stays within its bounds and is spread out', () => {
    expect(pause(0, 0)).toBe(200)
    expect(pause(0, 1)).toBe(400)
    expect(pause(3, 1)).toBe(3200)
    expect(pause(50, 1)).toBe(20_000)
    expect(pause(50, 0)).toBe(10_000)
  })
})

class FakeWebSocket {
  static OPEN = 1
  static all: FakeWebSocket[] = []
  readyState = 0
  sent: string[] = []
  onopen: (() => void) | null = null
  onclose: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  constructor() {
    FakeWebSocket.all.push(this)
  }
  send(text: string) {
    this.sent.push(text)
  }
  close() {
    this.readyState = 3
  }
  opened() {
    this.readyState = 1
    this.onopen?.()
  }
  says(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
}

const listener = () =>
  ({
    welcome: vi.fn(),
    events: vi.fn(),
    signal: vi.fn(),
    state: vi.fn(),
    latency: vi.fn(),
    heard: vi.fn(),
    signedOut: vi.fn(),
    rightsChanged: vi.fn(),
  }) satisfies Listener
const last = () => {
  const socket = FakeWebSocket.all.at(-1)
  if (!socket) throw new Error('no socket was opened')
  return socket
}

describe('LiveSocket', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    FakeWebSocket.all = []
    vi.stubGlobal('WebSocket', FakeWebSocket)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('asks to resume from the last cursor it saw, and fetches afresh only when the server could not', () => {
    const heard = listener()
    const socket = new LiveSocket('ws://x', heard)
    socket.start()
    last().opened()
    expect(last().sent[0]).toBe('{"type":"hello","resume":null}')
    last().says({ type: 'welcome', cursor: '1.1.1', resumed: false })
    expect(heard.welcome).toHaveBeenLastCalledWith(true)
    last().says({ type: 'event', cursor: '1.2.2', event: 'message.created' })
    last().onclose?.()
    expect(heard.state).toHaveBeenLastCalledWith('lost', expect.any(Number))
    vi.advanceTimersByTime(500)
    expect(FakeWebSocket.all).toHaveLength(2)
    last().opened()
    expect(last().sent[0]).toBe('{"type":"hello","resume":"1.2.2"}')
    last().says({ type: 'welcome', cursor: '1.2.2', resumed: true })
    expect(heard.welcome).toHaveBeenLastCalledWith(false)
    const signal = { type: 'signal', name: 'idle', user: { id: 'p', name: 'Paolo' }, conversation_id: 'a' }
    last().says({
      type: 'events',
      items: [{ type: 'event', cursor: '1.3.3' }, { type: 'event', cursor: '1.4.4' }, signal],
    })
    expect(heard.events).toHaveBeenLastCalledWith([
      { type: 'event', cursor: '1.3.3' },
      { type: 'event', cursor: '1.4.4' },
    ])
    expect(heard.signal).toHaveBeenCalledOnce()
    last().onclose?.()
    vi.advanceTimersByTime(500)
    last().opened()
    expect(last().sent[0]).toBe('{"type":"hello","resume":"1.4.4"}')
    socket.stop()
  })

  it('shows early events and never resumes from them', () => {
    const heard = listener()
    const socket = new LiveSocket('ws://x', heard)
    socket.start()
    last().opened()
    last().says({ type: 'welcome', cursor: '1.2.2', resumed: false })
    const early = { type: 'early', event: 'offer.made' }
    last().says(early)
    expect(heard.events).toHaveBeenLastCalledWith([early])
    last().says({ type: 'events', items: [{ type: 'event', cursor: '1.3.3' }, early] })
    expect(heard.events).toHaveBeenLastCalledWith([{ type: 'event', cursor: '1.3.3' }, early])
    last().onclose?.()
    vi.advanceTimersByTime(500)
    last().opened()
    expect(last().sent[0]).toBe('{"type":"hello","resume":"1.3.3"}')
    socket.stop()
  })

  it('takes silence for a dead link', () => {
    const heard = listener()
    const socket = new LiveSocket('ws://x', heard)
    socket.start()
    last().opened()
    last().says({ type: 'welcome', cursor: '1.1.1', resumed: false })
    vi.advanceTimersByTime(46_000)
    expect(heard.state).toHaveBeenCalledWith('lost', expect.any(Number))
    socket.stop()
  })

  it('begins afresh when the rights changed', () => {
    const heard = listener()
    const socket = new LiveSocket('ws://x', heard)
    socket.start()
    last().opened()
    last().says({ type: 'welcome', cursor: '1.5.6', resumed: false })
    last().says({ type: 'bye', reason: 'rights-changed' })
    expect(heard.rightsChanged).toHaveBeenCalledOnce()
    expect(heard.signedOut).not.toHaveBeenCalled()
    last().onclose?.()
    vi.advanceTimersByTime(2_000)
    last().opened()
    expect(last().sent[0]).toBe('{"type":"hello","resume":null}')
    socket.stop()
  })

  it('does not come back after a sign-out', () => {
    const heard = listener()
    new LiveSocket('ws://x', heard).start()
    last().opened()
    last().says({ type: 'bye', reason: 'signed-out' })
    expect(heard.signedOut).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(60_000)
    expect(FakeWebSocket.all).toHaveLength(1)
  })
})
