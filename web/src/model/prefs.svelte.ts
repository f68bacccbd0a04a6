import * as api from '../api/session'
import type { Settings } from '../api/types'
import { loadRefusals } from '../i18n/explain'
import { firstLanguage, useLanguage, type LanguageCode } from '../i18n/i18n.svelte'
import { keep, readKept } from './kept'

export type Theme = 'light' | 'dark' | 'system'
export type Density = 'compact' | 'cosy' | 'roomy'

interface Local {
  language: LanguageCode | null
  theme: Theme
  density: Density
  keysOn: boolean
  keys: Record<string, string>
  sound: boolean
  notifications: boolean
  /** Seconds a reply waits before it goes, during which it can be taken back. */
  holdSeconds: number
  listWidth: number
  sideWidth: number
  sideOpen: boolean
}

const defaults: Local = {
  language: null,
  theme: 'system',
  density: 'cosy',
  keysOn: true,
  keys: {},
  sound: false,
  notifications: false,
  holdSeconds: 5,
  listWidth: 312,
  sideWidth: 330,
  sideOpen: true,
}

/** How this person likes the desk. Kept here at once and with the account, so that it follows them. */
class Prefs {
  #all = $state<Local>({ ...defaults, ...readKept<Partial<Local>>('prefs', {}) })
  /** False until a session is there to keep them with. */
  remote = false

  get now(): Readonly<Local> {
    return this.#all
  }

  set(change: Partial<Local>): void {
    Object.assign(this.#all, change)
    keep('prefs', this.#all)
    this.apply()
    if (change.language) void useLanguage(change.language).then(loadRefusals)
    if (this.remote) void this.#send(change)
  }

  /** Paint theme and density. */
  apply(): void {
    const root = document.documentElement
    if (this.#all.theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = this.#all.theme
    root.dataset['density'] = this.#all.density
  }

  /** Load the language to begin with. */
  async begin(): Promise<void> {
    this.apply()
    await useLanguage(firstLanguage(this.#all.language, navigator.languages))
  }

  /** Take what the account keeps; what it does not know stays as it is here. */
  take(settings: Settings, locale: string): void {
    const { theme, density, shortcuts, sound, notifications } = settings
    const known = {
      theme,
      density,
      sound,
      notifications,
      keysOn: shortcuts?.on,
      keys: shortcuts?.keys,
      language: firstLanguage(this.#all.language ?? locale, []),
    }
    for (const [name, value] of Object.entries(known)) {
      if (value !== undefined) Object.assign(this.#all, { [name]: value })
    }
    keep('prefs', this.#all)
    this.apply()
    this.remote = true
  }

  async #send(change: Partial<Local>): Promise<void> {
    const { theme, density, sound, notifications, keysOn, keys, language } = change
    const settings: Settings = {
      ...(theme && { theme }),
      ...(density && { density }),
      ...(sound !== undefined && { sound }),
      ...(notifications !== undefined && { notifications }),
      ...((keysOn !== undefined || keys) && { shortcuts: { on: this.#all.keysOn, keys: this.#all.keys } }),
    }
    if (!language && Object.keys(settings).length === 0) return
    // Failing to keep a taste with the account is not worth a notice: it is kept here.
    await api.updateMe({ ...(language && { locale: language }), settings }).catch(() => undefined)
  }
}

export const prefs = new Prefs()
