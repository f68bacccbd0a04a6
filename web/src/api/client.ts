import { Problem, type ProblemBody } from './problem'

const BASE = '/api/v1'

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>

export interface Options {
  query?: Query
  body?: unknown
  /** Sent as `Idempotency-Key`: the same key never does the same thing twice. */
  key?: string
  /** The version one edited from, sent as `If-Match`. */
  version?: number
  signal?: AbortSignal
}

type Listener = () => void
const signedOut = new Set<Listener>()

/** Called when the server says that nobody is signed in any more. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

/** The address of a path with its query; empty and missing values are left out, lists joined by commas. */
export function address(path: string, query: Query = {}): string {
  const parts = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '')
    if (text) parts.set(name, text)
  }
  const tail = parts.toString()
  return BASE + path + (tail ? `?${tail}` : '')
}

async function problemOf(answer: Response): Promise<Problem> {
  const body: ProblemBody = answer.headers.get('content-type')?.includes('json')
    ? ((await answer.json().catch(() => ({}))) as ProblemBody)
    : {}
  const wait = Number(answer.headers.get('retry-after'))
  return new Problem(answer.status, body, Number.isFinite(wait) && wait > 0 ? wait : null)
}

/** One request. Throws `Problem` for every answer that is not 2xx and for no answer at all. */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const write = method !== 'GET'
  // A header that no foreign form can send: the server's guard against forged requests.
  if (write) headers['x-battito'] = '1'
  if (options.key) headers['idempotency-key'] = options.key
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`
  const form = options.body instanceof FormData
  if (options.body !== undefined && !form) headers['content-type'] = 'application/json'
  let answer: Response
  try {
    answer = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body:
        options.body === undefined ? null : form ? (options.body as FormData) : JSON.stringify(options.body),
      signal: options.signal ?? null,
    })
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown
    throw new Problem(0, { code: 'offline' })
  }
  if (!answer.ok) {
    const problem = await problemOf(answer)
    if (problem.status === 401) for (const listener of signedOut) listener()
    throw problem
  }
  if (answer.status === 204 || answer.headers.get('content-length') === '0') return undefined as T
  return (await answer.json()) as T
}

/** Whether something can be read at an address; throws `Problem` when not. */
export async function exists(path: string): Promise<true> {
  const answer = await fetch(BASE + path, { credentials: 'same-origin' }).catch(() => null)
  if (!answer) throw new Problem(0, { code: 'offline' })
  if (!answer.ok) throw await problemOf(answer)
  return true
}

/** Pauses before a read is tried again when the server is busy for a moment, ms. */
const AGAIN_MS = [250, 900]

/** Read. A server that is busy for a moment (502, 503, 504) is asked again, twice at most. */
export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  for (const wait of [...AGAIN_MS, null]) {
    try {
      return await request<T>('GET', path, { ...(query && { query }), ...(signal && { signal }) })
    } catch (thrown) {
      const busy = thrown instanceof Problem && [502, 503, 504].includes(thrown.status)
      if (!busy || wait === null || signal?.aborted) throw thrown
      await new Promise((done) => setTimeout(done, wait))
    }
  }
  throw new Problem(0, { code: 'offline' })
}

export const post = <T>(path: string, body: unknown = {}, options: Options = {}) =>
  request<T>('POST', path, { ...options, body })
export const put = <T>(path: string, body: unknown, options: Options = {}) =>
  request<T>('PUT', path, { ...options, body })
export const patch = <T>(path: string, body: unknown, options: Options = {}) =>
  request<T>('PATCH', path, { ...options, body })
export const del = <T>(path: string, options: Options = {}) => request<T>('DELETE', path, options)
