/** One widget's conversation: what the views show and what a visitor can do. */
import { lang, speak, t } from '../i18n'
import { effect, signal, untracked } from '../kit/reactive'
import type { Config, State } from '../protocol'
import { Account, Refused, ask } from './account'
import { take } from './heard'
import { hear, hostOrigin, tell } from './host'
import { Link } from './link'
import { Log } from './log'
import { Outbox, type Picked } from './outbox'
import { allow, drop, forget, keep, recall } from './storage'

const fresh: State = { conversation_id: null, status: 'new', name: null, position: null, wait_s: null, delivered: 0, read: 0, seen: 0, rated: false }
const site = new URLSearchParams(location.search).get('site') ?? ''

export interface Answers { fields: Record<string, string>; consents: { purpose: string; version: string; given: boolean }[] }

export class Chat {
  config!: Config
  /** Counts up when everything must be drawn anew: another language, another configuration. */
  readonly version = signal(0)
  readonly phase = signal<'loading' | 'failed' | 'welcome' | 'chat'>('loading')
  readonly failure = signal('')
  readonly state = signal<State>(fresh)
  readonly typing = signal<string | null>(null)
  readonly visible = signal(true)
  readonly more = signal(false)
  readonly picked = signal<Picked[]>([])
  readonly notice = signal('')
  readonly sheet = signal<'transcript' | null>(null)
  readonly log = new Log()
  readonly account = new Account()
  readonly link = new Link({
    hello: async () => ({
      type: 'hello', token: await this.account.token(), conversation_id: this.state().conversation_id, after: this.log.last, lang,
    }),
    heard: (frame) => untracked(() => take(this, frame)),
    lost: () => this.#lost(t.expired),
  })
  readonly outbox = new Outbox(this.link, this.account, this.log)
  draft = ''
  identity = ''
  /** Where on the host site the visitor is. */
  page: { url: string; title: string } | undefined
  #typed = 0
  /** Up to where the visitor has seen the conversation. */
  shown = 0

  constructor(tag: string) {
    speak(tag)
    if (this.account.open) {
      allow()
      this.draft = recall<string>('draft') ?? ''
    }
    hear((type, value) => {
      if (type === 'show' || type === 'hide') this.visible.set(type === 'show')
      if (type === 'identify') void this.identify(String(value))
      if (type === 'logout') void this.forget()
      if (type === 'lang') void this.load(String(value))
      if (type === 'page') {
        this.page = value as { url: string; title: string }
        this.link.send({ type: 'page', ...this.page })
      }
    })
    document.addEventListener('visibilitychange', () => this.seen())
    effect(() => {
      this.visible()
      this.log.entries()
      this.seen()
    })
  }

  /** Fetches what this widget is, in a language, and shows the form or the conversation. */
  async load(tag: string): Promise<void> {
    speak(tag)
    try {
      this.config = await ask<Config>(`config?${new URLSearchParams({ site, lang, host: hostOrigin }).toString()}`)
    } catch (refusal) {
      this.failure.set((refusal as Refused).message || t.unavailable)
      this.phase.set('failed')
      return
    }
    speak(this.config.lang)
    this.version.set(this.version() + 1)
    if (this.account.open) await this.#enter()
    else {
      this.phase.set('welcome')
      tell('active', false)
    }
  }

  /** Opens a session with what the form holds. Nothing was kept before this. Throws Refused with the fields to mend. */
  async start(answers: Answers): Promise<void> {
    await this.account.start({
      site, host: hostOrigin, lang, ...answers, ...(this.identity ? { identity: this.identity } : {}), ...(this.page ? { page: this.page } : {}),
    })
    await this.#enter()
  }

  async identify(identity: string): Promise<void> {
    this.identity = identity
    if (this.account.open) await this.account.call('identity', { identity }).catch((refusal: Refused) => console.warn('Battito:', refusal.message))
  }

  async send(text: string): Promise<void> {
    const files = this.picked()
    this.picked.set([])
    this.write('')
    this.#typed = 0
    await this.outbox.add(text, files)
  }

  /** Keeps the draft and tells, at most every three seconds, that the visitor is writing. */
  write(text: string): void {
    this.draft = text
    if (text) keep('draft', text)
    else drop('draft')
    if (text && Date.now() - this.#typed > 3000) {
      this.#typed = Date.now()
      this.link.send({ type: 'typing', on: true })
    }
  }

  person(): void {
    if (this.link.send({ type: 'person' })) this.notice.set(t.personAsked)
  }

  end(): void {
    this.link.send({ type: 'end' })
  }

  rate(score: number, comment: string): void {
    this.link.send({ type: 'rating', score, comment })
  }

  /** Asks to be called back, at `from` (a slot's beginning) or, when empty, as soon as possible. */
  async call(phone: string, from: string, note: string, when: string): Promise<void> {
    await this.account.call('callback', { phone, from: from || null, note })
    this.notice.set(t.called(phone, when.toLowerCase()))
  }

  async transcript(email: string): Promise<void> {
    await this.account.call('transcript', { email })
    this.notice.set(t.transcriptSent(email))
  }

  /** Earlier messages, above the first one shown. */
  async older(): Promise<void> {
    const page = await this.account.call<{ messages: Parameters<Log['take']>[0]; more: boolean }>(`messages?before=${this.log.first}`)
    this.log.take(page.messages)
    this.more.set(page.more)
  }

  /** A new conversation in the same session: the next message starts it. */
  again(): void {
    if (!this.link.send({ type: 'again' })) return
    this.#reset()
  }

  /** Ends the session and forgets everything on this device. */
  async forget(): Promise<void> {
    this.identity = ''
    this.link.stop()
    await this.account.end()
    forget()
    this.log.entries.set([])
    this.#lost('')
  }

  /** Tells the server what the visitor has in front of the eyes, and the launcher what not. */
  seen(): void {
    const entries = this.log.entries().filter((e) => e.author.kind !== 'customer' && e.seq < Infinity)
    const last = entries.at(-1)?.seq ?? 0
    if (this.visible() && !document.hidden) {
      if (last > this.shown && this.link.send({ type: 'read', seq: last })) this.shown = last
      tell('unread', 0)
    } else tell('unread', entries.filter((e) => e.seq > this.shown).length)
  }

  async #enter(): Promise<void> {
    this.phase.set('chat')
    tell('active', true)
    await this.outbox.restore()
    this.link.start()
  }

  #lost(why: string): void {
    this.link.stop()
    this.account.lose()
    this.#reset()
    this.notice.set(why)
    this.phase.set('welcome')
    tell('active', false)
  }

  #reset(): void {
    this.state.set(fresh)
    this.log.clear()
    this.more.set(false)
    this.shown = 0
  }
}
