/**
 * Messages on their way: each is kept (text in localStorage, files in IndexedDB) until the server has acknowledged it, and
 * sent again under the same id after any interruption. The server takes an id once.
 */
import type { Attachment } from '../protocol'
import { Refused, type Account } from './account'
import type { Link } from './link'
import type { Log, Shown } from './log'
import { drop, dropFile, keep, keepFile, names, recall, recallFile } from './storage'

/** A file the visitor has chosen or recorded and not yet sent. */
export interface Picked { id: string; blob: Blob; name: string; duration: number | null; url: string }

interface Waiting { id: string; text: string; files: { id: string; name: string; type: string; size: number; duration: number | null }[]; at: number }

const patience = 15_000

export class Outbox {
  #waiting = new Map<string, Waiting>()
  #busy = new Set<string>()
  #timer = 0

  constructor(private readonly link: Link, private readonly account: Account, private readonly log: Log) {}

  get size(): number {
    return this.#waiting.size
  }

  /** Takes up what an earlier page left unsent. */
  async restore(): Promise<void> {
    for (const name of names('out:')) {
      const waiting = recall<Waiting>(name)
      if (!waiting || this.#waiting.has(waiting.id)) continue
      this.#waiting.set(waiting.id, waiting)
      const blobs = await Promise.all(waiting.files.map((file) => recallFile(file.id)))
      this.#show(waiting, blobs.map((blob) => (blob ? URL.createObjectURL(blob) : '')))
    }
  }

  async add(text: string, picked: Picked[]): Promise<void> {
    const files = picked.map(({ id, blob, name, duration }) => ({ id, name, type: blob.type, size: blob.size, duration }))
    const waiting = { id: crypto.randomUUID(), text, files, at: Date.now() }
    this.#waiting.set(waiting.id, waiting)
    keep(`out:${waiting.id}`, waiting)
    this.#show(waiting, picked.map((file) => file.url))
    await Promise.all(picked.map((file) => keepFile(file.id, file.blob)))
    await this.#deliver(waiting)
  }

  /** Sends everything that waits, oldest first: after a connection, or when the visitor asks for one message again. */
  flush(only?: string): void {
    for (const waiting of [...this.#waiting.values()].sort((a, b) => a.at - b.at)) {
      if (only && waiting.id !== only) continue
      const failed = this.log.entries().find((e) => e.id === waiting.id)?.state === 'failed'
      if (failed && !only) continue
      this.log.change(waiting.id, { state: 'sending', why: '' })
      void this.#deliver(waiting)
    }
  }

  done(id: string): void {
    for (const file of this.#waiting.get(id)?.files ?? []) dropFile(file.id)
    this.#waiting.delete(id)
    drop(`out:${id}`)
    if (!this.#waiting.size) clearTimeout(this.#timer)
  }

  discard(id: string): void {
    this.done(id)
    this.log.remove(id)
  }

  /** The server refused a message: it stays on screen with the reason; `later` seconds say that it may be tried again by itself. */
  refuse(id: string, why: string, later: number): void {
    if (!this.#waiting.has(id)) return
    if (later) setTimeout(() => this.flush(id), later * 1000)
    else this.log.change(id, { state: 'failed', why })
  }

  async #deliver(waiting: Waiting): Promise<void> {
    if (this.#busy.has(waiting.id)) return
    this.#busy.add(waiting.id)
    try {
      for (const [i, file] of waiting.files.entries()) await this.#upload(waiting.id, i, file)
      if (this.link.send({ type: 'message', id: waiting.id, text: waiting.text, files: waiting.files.map((f) => f.id) })) this.#expect()
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal
      if (refusal.status === 0 || refusal.status >= 500) setTimeout(() => this.flush(waiting.id), 5000)
      else this.refuse(waiting.id, refusal.message, refusal.status === 429 ? refusal.retryAfter || 5 : 0)
    } finally {
      this.#busy.delete(waiting.id)
    }
  }

  /** No acknowledgement in time: the connection only looks alive. */
  #expect(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { if (this.#waiting.size) this.link.restart() }, patience)
  }

  async #upload(message: string, index: number, file: Waiting['files'][number]): Promise<void> {
    const shown = (progress: number | null): void => {
      const files = this.log.entries().find((e) => e.id === message)?.files ?? []
      this.log.change(message, { files: files.map((f, i) => (i === index ? { ...f, progress } : f)) })
    }
    const blob = await recallFile(file.id)
    if (!blob) return // sent by an earlier page, or by another tab
    shown(0)
    const headers = await this.account.headers()
    const query = new URLSearchParams({ name: file.name, ...(file.duration ? { duration: `${file.duration}` } : {}) })
    await new Promise<void>((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('PUT', `/chat/files/${file.id}?${query.toString()}`)
      request.setRequestHeader('authorization', headers.authorization ?? '')
      request.setRequestHeader('content-type', file.type || 'application/octet-stream')
      request.upload.onprogress = (event) => shown(event.loaded / event.total)
      request.onerror = request.onabort = () => reject(new Refused(0, ''))
      request.onload = () => {
        if (request.status < 300) return resolve()
        let detail = request.statusText
        try {
          detail = (JSON.parse(request.responseText) as { detail: string }).detail
        } catch { /* a proxy's page, not our answer: its status text must do */ }
        reject(new Refused(request.status, detail, {}, Number(request.getResponseHeader('retry-after') ?? 0)))
      }
      request.send(blob)
    })
    shown(null)
  }

  #show(waiting: Waiting, urls: string[]): void {
    const files: Shown[] = waiting.files.map((file, i): Attachment & { progress: null } => ({ ...file, url: urls[i] ?? '', progress: null }))
    const author = { kind: 'customer', name: '' } as const
    this.log.put({ id: waiting.id, seq: Infinity, author, text: waiting.text, files, at: waiting.at, state: 'sending', why: '' })
  }
}
