import type { Id, Time } from './base'
import type { QueueRules } from './routing'

export type PresenceState = 'available' | 'busy' | 'away' | 'offline'

export type RoutingStatus = 'idle' | 'offered' | 'handling' | 'wrap-up'

export interface Presence {
  user_id: Id
  state: PresenceState
  reason: string | null
  since: Time
  next: { state: PresenceState; reason: string | null } | null
  routing: RoutingStatus
}

export interface Team {
  id: Id
  name: string
}

export interface Brand {
  id: Id
  name: string
  accent: string | null
}

export interface Settings {
  theme?: 'light' | 'dark' | 'system'
  density?: 'compact' | 'cosy' | 'roomy'
  /** command id -> chord; an empty chord switches that key off */
  shortcuts?: { on?: boolean; keys?: Record<string, string> }
  sound?: boolean
  notifications?: boolean
}

export interface Me {
  user: {
    id: Id
    name: string
    email: string
    initials: string
    locale: string
    timezone: string
    teams: Team[]
    roles: string[]
    settings: Settings
    /** The brands this person is limited to; null for none. */
    brands?: Id[] | null
  }
  workspace: { id: Id; name: string; locale: string; timezone: string; brands: Brand[] }
  permissions: string[]
  presence: Presence
  /** `wanted`: asked for from `second_factor_from` on. `must-enrol`: nothing else opens before there is one. */
  second_factor?: 'ok' | 'wanted' | 'must-enrol'
  second_factor_from?: Time | null
}

export interface Colleague {
  id: Id
  name: string
  initials: string
  email: string
  teams: Team[]
  presence: Presence | null
}

export interface Queue {
  id: Id
  name: string
  waiting: number
  archived: boolean
  rules: QueueRules
}

export interface SignInOptions {
  installed: boolean
  oidc: { id: string; name: string }[]
  passkeys: boolean
  demo: { role: string; name: string; email: string; password: string }[] | null
  /** The server listens beyond its own machine: the wizard asks for the token that it printed. */
  setup_token_needed: boolean
}

export type SignInMethod = 'totp' | 'passkey' | 'recovery'

export type SignInAnswer =
  { state: 'signed-in' } | { state: 'code-needed'; ticket: string; methods: SignInMethod[] }

export interface Invitation {
  email: string
  name?: string
  workspace: string
  invited_by?: string
}
