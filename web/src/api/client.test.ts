import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { address, get, onSignedOut, patch, post } from './client'
import { asProblem, Problem } from './problem'

describe('address', () => {
  it('leaves out what is empty and joins lists', () => {
    expect(
      address('/conversations', { view: 'mine', status: ['open', 'waiting'], label: [], q: '', after: null }),
    ).toBe('/api/v1/conversations?view=mine&status=open%2Cwaiting')
  })
})

describe('request', () => {
  const calls = vi.fn<(url: string, init: RequestInit) => Promise<Response>>()
  beforeEach(() => {
    calls.mockReset()
    vi.stubGlobal('fetch', calls)
  })
  afterEach(() => vi.unstubAllGlobals())

  it('guards writes with the header, and sends keys and versions', async () => {
    calls.mockImplementation(() => Promise.resolve(new Response('{}', { status: 200 })))
    await post('/x', { a: 1 }, { key: 'k' })
    await patch('/x', {}, { version: 7 })
    await get('/x')
    const headers = calls.mock.calls.map(([, init]) => init.headers as Record<string, string>)
    expect(headers[0]).toMatchObject({
      'x-battito': '1',
      'idempotency-key': 'k',
      'content-type': 'application/json',
    })
    expect(headers[1]).toMatchObject({ 'if-match': '"7"' })
    expect(headers[2]).not.toHaveProperty('x-battito')
  })

  it('turns a refusal into a Problem that names the field', async () => {
    const body = {
      code: 'invalid',
      detail: 'no',
      errors: [{ field: 'email.to[0]', message: 'Not an address' }],
    }
    calls.mockResolvedValue(
      new Response(JSON.stringify(body), {
        status: 422,
        headers: { 'content-type': 'application/problem+json', 'retry-after': '3' },
      }),
    )
    const problem = await post('/x').catch((thrown: unknown) => asProblem(thrown))
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({ status: 422, code: 'invalid', retryAfter: 3, passing: false })
    expect((problem as Problem).fault('email.to[0]')).toBe('Not an address')
  })

  it('takes a page that is no JSON, and no answer at all', async () => {
    calls.mockImplementation(() => Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502 })))
    await expect(post('/x')).rejects.toMatchObject({ status: 502, passing: true })
    calls.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    await expect(get('/x')).rejects.toMatchObject({ status: 0, code: 'offline', passing: true })
  })

  it('asks a busy server again for a read, never for a write', async () => {
    calls.mockImplementationOnce(() => Promise.resolve(new Response('', { status: 503 })))
    calls.mockImplementation(() => Promise.resolve(new Response('{"ok":true}', { status: 200 })))
    await expect(get('/x')).resolves.toEqual({ ok: true })
    expect(calls).toHaveBeenCalledTimes(2)
    calls.mockReset()
    calls.mockImplementation(() => Promise.resolve(new Response('', { status: 503 })))
    await expect(post('/x')).rejects.toMatchObject({ status: 503 })
    expect(calls).toHaveBeenCalledTimes(1)
  })

  it('tells everybody once nobody is signed in', async () => {
    const out = vi.fn()
    const off = onSignedOut(out)
    calls.mockResolvedValue(new Response('{}', { status: 401 }))
    await get('/me').catch(() => undefined)
    expect(out).toHaveBeenCalledOnce()
    off()
  })
})
