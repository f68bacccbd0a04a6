/** The visitor's session with the server: opened with consent, kept as a secret in partitioned storage, used as a short-lived token. */
import type { Opened } from '../protocol'
import { allow, drop, keep, recall } from './storage'

/** A refusal of the server, in its own words. `status` 0: the server could not be reached. */
export class Refused extends Error {
  constructor(readonly status: number, detail: string, readonly fields: Record<string, string> = {}, readonly retryAfter = 0) {
    super(detail)
  }
}

interface Problem { detail?: string; title?: string; errors?: { field: string; message: string }[] }

export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(`/chat/${path}`, { ...init, credentials: 'omit' })
  } catch {
    throw new Refused(0, '')
  }
  if (answer.ok) {
    const text = await answer.text()
    return (text ? JSON.parse(text) : undefined) as T
  }
  const problem = (await answer.json().catch(() => ({}))) as Problem
  const fields = Object.fromEntries((problem.errors ?? []).map((e) => [e.field, e.message]))
  throw new Refused(answer.status, problem.detail ?? problem.title ?? answer.statusText, fields, Number(answer.headers.get('retry-after') ?? 0))
}

const json = (body: unknown): RequestInit => ({
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
})

export class Account {
  #opened = recall<Opened>('session')
  #until = 0
  #renewal: Promise<string> | undefined

  get open(): boolean {
    return this.#opened !== undefined
  }

  /** Opens a session; from here on, with the visitor's consent, things are kept on the device. */
  async start(body: object): Promise<void> {
    const opened = await ask<Opened>('sessions', json(body))
    allow()
    this.#take(opened)
  }

  /** A token that is good for half a minute more at least. Throws Refused 401 or 410 when the session is over. */
  async token(): Promise<string> {
    if (this.#opened && Date.now() < this.#until) return this.#opened.token
    this.#renewal ??= this.#renew().finally(() => { this.#renewal = undefined })
    return this.#renewal
  }

  renewed(token: string, expiresIn: number): void {
    if (this.#opened) this.#take({ ...this.#opened, token, expires_in: expiresIn })
  }

  async headers(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.token()}` }
  }

  async call<T>(path: string, body?: object): Promise<T> {
    const init = body ? json(body) : {}
    return ask<T>(path, { ...init, headers: { ...init.headers, ...(await this.headers()) } })
  }

  /** Ends the session on the server too. */
  async end(): Promise<void> {
    const headers = await this.headers().catch(() => undefined)
    this.lose()
    if (headers) await ask('sessions', { method: 'DELETE', headers }).catch(() => undefined)
  }

  lose(): void {
    this.#opened = undefined
    drop('session')
  }

  async #renew(): Promise<string> {
    if (!this.#opened) throw new Refused(401, '')
    const { session, secret } = this.#opened
    const fresh = await ask<{ token: string; expires_in: number }>('sessions/refresh', json({ session, secret }))
    this.renewed(fresh.token, fresh.expires_in)
    return fresh.token
  }

  #take(opened: Opened): void {
    this.#opened = opened
    this.#until = Date.now() + (opened.expires_in - 30) * 1000
    keep('session', opened)
  }
}
