import * as api from '../api/session'
import type { Me, PresenceState } from '../api/types'
import { useLanguage, language } from '../i18n/i18n.svelte'
import { prefs } from './prefs.svelte'

/** Who is signed in, where, and what they may do. */
class Session {
  me = $state.raw<Me | null>(null)
  /** `unknown` until the first answer. */
  state = $state<'unknown' | 'out' | 'in'>('unknown')

  get id(): string {
    return this.me?.user.id ?? ''
  }

  can(permission: string): boolean {
    const held = this.me?.permissions ?? []
    return held.includes(permission) || held.includes('*')
  }

  /** Whether a brand's conversations are shown to this person, who may be limited to some. */
  sees(brand: string | null): boolean {
    const brands = this.me?.user.brands
    return !brands || (brand !== null && brands.includes(brand))
  }

  /** Ask the server who this is. Throws when it cannot be reached. */
  async load(): Promise<void> {
    const me = await api.me()
    this.me = me
    prefs.take(me.user.settings, me.user.locale)
    if (prefs.now.language && prefs.now.language !== language()) await useLanguage(prefs.now.language)
    this.state = 'in'
  }

  out(): void {
    this.me = null
    prefs.remote = false
    this.state = 'out'
  }

  async signOut(): Promise<void> {
    await api.signOut()
    this.out()
  }

  /** Change one's own presence; during a contact the server queues it as "next". */
  async setPresence(state: PresenceState, reason: string | null): Promise<void> {
    const presence = await api.setPresence(state, reason)
    if (this.me) this.me = { ...this.me, presence }
  }
}

export const session = new Session()
