import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NewMessage } from '../api/types'
import { outbox } from './outbox.svelte'
import { prefs } from './prefs.svelte'

const body = (client_id: string, kind: NewMessage['kind'] = 'message'): NewMessage => ({
  client_id,
  kind,
  text: 'Ciao',
  attachments: [],
  mentions: [],
})
const answer = (status: number, json: unknown) =>
  new Response(JSON.stringify(json), { status, headers: { 'content-type': 'application/json' } })
const kept = (id: string) => ({
  id: `m-${id}`,
  client_id: id,
  seq: 1,
  status: 'queued',
  conversation_id: 'a',
})

describe('outbox', () => {
  const calls = vi.fn<(url: string, init: RequestInit) => Promise<Response>>()
  beforeEach(() => {
    vi.useFakeTimers()
    localStorage.clear()
    outbox.clear()
    prefs.set({ holdSeconds: 5 })
    calls.mockReset()
    vi.stubGlobal('fetch', calls)
  })
  afterEach(() => {
    outbox.clear()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const sentIds = () =>
    calls.mock.calls.map(([, init]) => (JSON.parse(String(init.body)) as NewMessage).client_id)

  it('holds a reply for five seconds, in which it can be taken back', async () => {
    outbox.send('a', body('k1'), [])
    await vi.advanceTimersByTimeAsync(4900)
    expect(calls).not.toHaveBeenCalled()
    expect(outbox.takeBack('k1')?.body.text).toBe('Ciao')
    await vi.advanceTimersByTimeAsync(5000)
    expect(calls).not.toHaveBeenCalled()
    expect(outbox.list).toEqual([])
  })

  it('sends a note at once, and keeps the order of what was written', async () => {
    calls.mockImplementation((_, init) =>
      Promise.resolve(answer(201, kept((JSON.parse(String(init.body)) as NewMessage).client_id))),
    )
    outbox.send('a', body('first'), [])
    outbox.send('a', body('second', 'note'), [])
    await vi.advanceTimersByTimeAsync(1000)
    expect(sentIds()).toEqual(['first', 'second'])
    expect(outbox.list).toEqual([])
  })

  it('tries again with the same id until the network is back', async () => {
    calls.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    calls.mockResolvedValueOnce(answer(503, { code: 'unavailable' }))
    calls.mockResolvedValueOnce(answer(201, kept('k1')))
    outbox.send('a', body('k1', 'note'), [])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sentIds()).toEqual(['k1', 'k1', 'k1'])
    expect(outbox.list).toEqual([])
  })

  it('stops at a refusal, says why, and overrides only when asked to', async () => {
    calls.mockResolvedValueOnce(answer(409, { code: 'not-owner', detail: 'Paolo owns it.' }))
    calls.mockResolvedValueOnce(answer(201, kept('k1')))
    outbox.send('a', body('k1', 'note'), [])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(outbox.list[0]).toMatchObject({
      state: 'failed',
      failure: { code: 'not-owner', detail: 'Paolo owns it.' },
    })
    outbox.again('k1', true)
    await vi.advanceTimersByTimeAsync(10)
    expect(JSON.parse(String(calls.mock.calls[1]?.[1].body))).toMatchObject({
      client_id: 'k1',
      override: true,
    })
    expect(outbox.list).toEqual([])
  })

  it('survives a reload: what was on its way goes on', async () => {
    calls.mockRejectedValue(new TypeError('Failed to fetch'))
    outbox.send('a', body('k1', 'note'), [])
    await vi.advanceTimersByTimeAsync(100)
    const left = localStorage.getItem('battito.outbox.')
    outbox.clear()
    localStorage.setItem('battito.outbox.', left ?? '')
    calls.mockReset()
    calls.mockResolvedValue(answer(200, kept('k1')))
    outbox.begin()
    await vi.advanceTimersByTimeAsync(100)
    expect(sentIds()).toEqual(['k1'])
    expect(outbox.list).toEqual([])
  })

  it('lets the echo on the socket stand for the answer that got lost', async () => {
    calls.mockImplementation(() => new Promise(() => undefined))
    outbox.send('a', body('k1', 'note'), [])
    await vi.advanceTimersByTimeAsync(10)
    outbox.echoed('k1')
    expect(outbox.list).toEqual([])
  })
})
