import { SvelteMap } from 'svelte/reactivity'
import * as api from '../api/conversations'
import { asProblem } from '../api/problem'
import type { Attachment, Draft, EmailFields, Id, Mode } from '../api/types'
import { keep, keptNames, readKept } from './kept'
import { session } from './session.svelte'

/** What one is writing in one conversation, in one mode. */
export interface Written {
  text: string
  /** with formatting, where there is any */
  html: string | null
  attachments: Attachment[]
  email: EmailFields | null
  mentions: Id[]
}

interface Kept extends Written {
  /** ms since 1970 */
  at: number
  /** the server's version this was built on */
  version: number
  /** the server has this text */
  synced: boolean
}

export const nothing: Written = { text: '', html: null, attachments: [], email: null, mentions: [] }
const SAVE_AFTER_MS = 1200

const isEmpty = (draft: Written) => draft.text.trim() === '' && draft.attachments.length === 0

/** Only what was said of a mail: the server fills the rest with empty values, which would say "to nobody". */
function said(email: EmailFields | null | undefined): EmailFields | null {
  if (!email) return null
  const { to, cc, bcc, subject, quote } = email
  const kept: EmailFields = {
    ...(to?.length ? { to } : {}),
    ...(cc?.length ? { cc } : {}),
    ...(bcc?.length ? { bcc } : {}),
    ...(subject ? { subject } : {}),
    ...(quote ? { quote } : {}),
  }
  return Object.keys(kept).length > 0 ? kept : null
}

/** Drafts by conversation and mode: in this browser at each key, on the server soon after. */
class Drafts {
  /** name -> how it is kept; only those touched during this visit */
  readonly states = new SvelteMap<string, 'saving' | 'saved' | 'local'>()
  readonly savedAt = new SvelteMap<string, number>()
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()

  name(id: Id, mode: Mode): string {
    return `draft.${session.id}.${id}.${mode}`
  }

  /** What to show in the composer: the newer of the local copy and the server's. */
  read(id: Id, mode: Mode, remote: readonly Draft[]): Written {
    const local = readKept<Kept | null>(this.name(id, mode), null)
    const theirs = remote.find((draft) => draft.mode === mode)
    if (!theirs) return local ? { ...nothing, ...local } : nothing
    const theirTime = theirs.updated_at ? Date.parse(theirs.updated_at) : 0
    if (local && (!local.synced || local.version >= theirs.version || local.at >= theirTime))
      return { ...nothing, ...local }
    return {
      text: theirs.text,
      html: theirs.html ?? null,
      attachments: theirs.attachments ?? [],
      email: said(theirs.email),
      mentions: [],
    }
  }

  /** Keep what was written, here now and on the server soon. */
  write(id: Id, mode: Mode, draft: Written): void {
    const name = this.name(id, mode)
    if (isEmpty(draft)) {
      this.drop(id, mode)
      return
    }
    const known = readKept<Kept | null>(name, null)
    keep(name, { ...draft, at: Date.now(), version: known?.version ?? 0, synced: false } satisfies Kept)
    this.states.set(name, 'saving')
    clearTimeout(this.#timers.get(name))
    this.#timers.set(
      name,
      setTimeout(() => void this.#save(id, mode), SAVE_AFTER_MS),
    )
  }

  /** It was sent or thrown away. */
  drop(id: Id, mode: Mode): void {
    const name = this.name(id, mode)
    clearTimeout(this.#timers.get(name))
    const known = readKept<Kept | null>(name, null)
    keep(name, null)
    this.states.delete(name)
    if (known && known.version > 0) void api.dropDraft(id, mode).catch(() => undefined)
  }

  /** Whether something is written here and not sent; for the row of the inbox. */
  has(id: Id): boolean {
    return (
      this.states.has(this.name(id, 'reply')) || readKept<Kept | null>(this.name(id, 'reply'), null) !== null
    )
  }

  /** Something written here has not reached the server yet. */
  get pending(): boolean {
    return [...this.states.values()].some((state) => state !== 'saved')
  }

  /** Send what an earlier visit, or a time without network, could not. */
  resume(): void {
    for (const name of keptNames(`draft.${session.id}.`)) {
      const [, , id, mode] = name.split('.')
      const kept = readKept<Kept | null>(name, null)
      if (kept && !kept.synced && id && (mode === 'reply' || mode === 'note')) void this.#save(id, mode)
    }
  }

  async #save(id: Id, mode: Mode): Promise<void> {
    const name = this.name(id, mode)
    const kept = readKept<Kept | null>(name, null)
    if (!kept) return
    const { text, html, attachments, email } = kept
    try {
      const saved = await api.saveDraft(id, mode, {
        text,
        ...(html && { html }),
        attachments: attachments.map((file) => file.id),
        ...(email && { email }),
      })
      const now = readKept<Kept | null>(name, null)
      if (!now) {
        // Sent while it was being saved: the server's copy must go too.
        await api.dropDraft(id, mode)
        return
      }
      const same = now.text === text && now.html === html
      keep(name, { ...now, version: saved.version, synced: same } satisfies Kept)
      this.states.set(name, same ? 'saved' : 'saving')
      this.savedAt.set(name, Date.now())
    } catch (thrown) {
      // It stays in this browser; the next key or the next link tries again.
      this.states.set(name, 'local')
      if (asProblem(thrown).status === 404) this.states.delete(name)
    }
  }
}

export const drafts = new Drafts()
