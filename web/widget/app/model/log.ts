/** The conversation as the visitor sees it: what the server has, in its order, then what waits to be sent. */
import { signal } from '../kit/reactive'
import type { Attachment, ServerMessage } from '../protocol'

export interface Shown extends Attachment { progress: number | null }
export interface Entry {
  /** The client's id for a message of the visitor, the server's otherwise: an echo replaces what it echoes. */
  id: string
  /** Its place in the conversation; infinite until the server has said it. */
  seq: number
  author: ServerMessage['author']
  text: string
  files: Shown[]
  at: number
  state: 'sending' | 'sent' | 'failed'
  why: string
}

export class Log {
  readonly entries = signal<Entry[]>([])

  get last(): number {
    return this.entries().reduce((most, e) => (e.seq < Infinity ? Math.max(most, e.seq) : most), 0)
  }

  get first(): number {
    return this.entries()[0]?.seq ?? 0
  }

  /** Takes messages of the server, new or seen before, in any order. */
  take(messages: ServerMessage[]): void {
    for (const m of messages) {
      const id = m.client_id ?? m.id
      const before = this.entries().find((e) => e.id === id)
      // the visitor's own picture stays on screen: the server's copy need not be fetched
      const files = m.files.map((file, i) => ({ ...file, url: before?.files[i]?.url ?? file.url, progress: null }))
      this.put({ id, seq: m.seq, author: m.author, text: m.text, files, at: Date.parse(m.at), state: 'sent', why: '' })
    }
  }

  put(entry: Entry): void {
    const rest = this.entries().filter((e) => e.id !== entry.id)
    this.entries.set([...rest, entry].sort((a, b) => (a.seq === b.seq ? a.at - b.at : a.seq - b.seq)))
  }

  change(id: string, change: Partial<Entry>): void {
    this.entries.set(this.entries().map((e) => (e.id === id ? { ...e, ...change } : e)))
  }

  remove(id: string): void {
    this.entries.set(this.entries().filter((e) => e.id !== id))
  }

  /** Leaves only what the server has not seen. */
  clear(): void {
    this.entries.set(this.entries().filter((e) => e.seq === Infinity))
  }
}
