import { upload } from '../../api/files'
import { asProblem } from '../../api/problem'
import type {
  Attachment,
  Capabilities,
  ConversationDetail,
  Draft,
  EmailFields,
  Id,
  Mode,
  NewMessage,
} from '../../api/types'
import { explain } from '../../i18n/explain'
import { drafts } from '../../model/drafts.svelte'
import { filesBeside, filesToSend } from './inside'
import { refuses, type Refusal } from './limits'
import { inWords, type Uploading } from './uploading'
import { toHtml } from './rich/plain'
import { directory } from '../../model/directory.svelte'

/** What stands in the composer: text, files, mail fields; kept as a draft at each change. */
export class Writing {
  readonly id: Id
  readonly can: Capabilities
  mode = $state<Mode>('reply')
  text = $state('')
  /** The same with formatting, where there is any and the channel carries it. */
  html = $state<string | null>(null)
  /** Grows when text comes from elsewhere than the editor: a draft, an undo, a message sent. */
  given = $state(0)
  files = $state.raw<Attachment[]>([])
  uploads = $state.raw<Uploading[]>([])
  email = $state<EmailFields>({})
  /** Pictures put into the text at some time; what was taken out of it again does not go with the message. */
  readonly inside = new Set<Id>()
  #touched = false

  constructor(id: Id, detail: ConversationDetail, mode: Mode) {
    this.id = id
    this.can = detail.capabilities
    this.mode = mode
    this.#load(detail.drafts)
  }

  #load(remote: readonly Draft[]): void {
    const kept = drafts.read(this.id, this.mode, remote)
    this.text = kept.text
    this.html = this.mode === 'reply' && this.can.html ? kept.html : null
    this.given++
    this.files = kept.attachments
    this.email = kept.email ?? {}
    this.#touched = false
  }

  /** Put one draft away and take the other up. */
  switch(mode: Mode, remote: readonly Draft[]): void {
    if (mode === this.mode) return
    this.flush()
    this.mode = mode
    this.#load(remote)
  }

  /** Something was typed, added or taken away. */
  changed(): void {
    this.#touched = true
    const { text, html } = this
    drafts.write(this.id, this.mode, {
      text,
      html,
      attachments: this.going,
      email: $state.snapshot(this.email),
      mentions: [],
    })
  }

  /** Keep what has not been kept yet. */
  flush(): void {
    if (this.#touched) this.changed()
    this.#touched = false
  }

  restore(body: NewMessage, files: Attachment[]): void {
    const begun = this.text.trim() !== ''
    this.html =
      begun && (this.html ?? body.html)
        ? [body, this].map((one) => one.html ?? toHtml(one.text)).join('<div></div>')
        : (body.html ?? null)
    this.text = begun ? `${body.text}\n\n${this.text}` : body.text
    this.given++
    this.files = [...files, ...this.files]
    this.email = body.email ?? {}
    this.changed()
  }

  clear(): void {
    this.text = ''
    this.html = null
    this.given++
    this.files = []
    this.uploads = []
    this.email = {}
    this.#touched = false
  }

  get empty(): boolean {
    return this.text.trim() === '' && this.going.length === 0
  }

  /** The files that go with the message. */
  get going(): Attachment[] {
    return filesToSend(this.files, this.html, this.inside)
  }

  /** Those of them that stand beside the text. */
  get beside(): Attachment[] {
    return filesBeside(this.files, this.html, this.inside)
  }

  get busy(): boolean {
    return this.uploads.some((one) => one.problem === null)
  }

  /** Colleagues named with @ in a note. */
  get mentions(): Id[] {
    if (this.mode !== 'note') return []
    const text = this.text.toLowerCase()
    return [...directory.colleagues.values()]
      .filter((one) => text.includes(`@${one.name.toLowerCase()}`))
      .map((one) => one.id)
  }

  /** The message to send, or null while there is nothing to send or a file is still on its way. */
  message(mail: boolean, then: NewMessage['then'], override: boolean): NewMessage | null {
    if (this.empty || this.busy) return null
    const email = $state.snapshot(this.email)
    const note = this.mode === 'note'
    return {
      client_id: crypto.randomUUID(),
      kind: note ? 'note' : 'message',
      text: this.text.trim(),
      ...(this.html !== null && !note && { html: this.html }),
      attachments: this.going.map((file) => file.id),
      mentions: this.mentions,
      ...(mail && !note && Object.keys(email).length > 0 && { email }),
      ...(override && !note && { override: true }),
      ...(!note && then && { then }),
    }
  }

  /** Upload files; `then` hears of each that was kept. */
  attach(list: Iterable<File>, then?: (kept: Attachment) => void): void {
    for (const file of list) {
      const refusal =
        this.mode === 'note' ? null : refuses(this.can, file, this.files.length + this.uploads.length)
      if (refusal) this.#refuse(file, refusal)
      else void this.#upload(file, then)
    }
  }

  #refuse(file: File, refusal: Refusal): void {
    const id = crypto.randomUUID()
    const cancel = () => (this.uploads = this.uploads.filter((one) => one.id !== id))
    const problem = inWords(refusal)
    this.uploads = [...this.uploads, { id, name: file.name, size: file.size, share: 0, problem, cancel }]
  }

  async #upload(file: File, then?: (kept: Attachment) => void): Promise<void> {
    const call = new AbortController()
    const id = crypto.randomUUID()
    const forget = () => (this.uploads = this.uploads.filter((one) => one.id !== id))
    const cancel = () => {
      call.abort()
      forget()
    }
    const patch = (change: Partial<Uploading>) =>
      (this.uploads = this.uploads.map((one) => (one.id === id ? { ...one, ...change } : one)))
    this.uploads = [
      ...this.uploads,
      { id, name: file.name, size: file.size, share: 0, problem: null, cancel },
    ]
    try {
      const kept = await upload(file, (share) => patch({ share }), call.signal)
      forget()
      this.files = [...this.files, kept]
      then?.(kept)
      this.changed()
    } catch (thrown) {
      if (!call.signal.aborted) patch({ problem: explain(asProblem(thrown)) })
    }
  }

  drop(id: Id): void {
    this.files = this.files.filter((file) => file.id !== id)
    this.changed()
  }
}
