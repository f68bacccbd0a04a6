import { get, patch, post, put } from './client'
import type {
  Colleague,
  Invitation,
  Me,
  Page,
  Presence,
  PresenceState,
  Settings,
  SignInAnswer,
  SignInMethod,
  SignInOptions,
  Team,
} from './types'

export const me = () => get<Me>('/me')
export const updateMe = (change: {
  name?: string
  locale?: string
  timezone?: string
  settings?: Settings
}) => patch<Me>('/me', change)
export const setPresence = (state: PresenceState, reason: string | null) =>
  put<Presence>('/me/presence', { state, ...(reason && { reason }) })

export const colleagues = () => get<Page<Colleague>>('/users')
export const presences = () => get<Page<Presence>>('/presence')
export const teams = () => get<Page<Team>>('/teams')

export const signInOptions = () => get<SignInOptions>('/sign-in')
export const signIn = (email: string, password: string) => post<SignInAnswer>('/sign-in', { email, password })
export const signInCode = (ticket: string, method: SignInMethod, code: string) =>
  post<SignInAnswer>('/sign-in/code', { ticket, method, code })
export const passkeyOptions = (ticket?: string) =>
  post<unknown>('/sign-in/passkey/options', ticket ? { ticket } : {})
export const passkeyVerify = (body: unknown) => post<SignInAnswer>('/sign-in/passkey/verify', body)
export const oidcAddress = (id: string) => `/api/v1/sign-in/oidc/${encodeURIComponent(id)}`
export const signOut = () => post<undefined>('/sign-out')
/** `ask-an-administrator`: this installation sends no mail. */
export const forgot = (email: string) =>
  post<{ state: 'sent' | 'ask-an-administrator' }>('/password/forgot', { email })
export const reset = (token: string, password: string) =>
  post<undefined>('/password/reset', { token, password })
export const invitation = (token: string) => get<Invitation>(`/invitations/${encodeURIComponent(token)}`)
export const acceptInvitation = (token: string, body: { name: string; password: string }) =>
  post<undefined>(`/invitations/${encodeURIComponent(token)}`, body)

export interface Setup {
  workspace: string
  name: string
  email: string
  password: string
  locale: string
  timezone: string
  token?: string
}
export const setUp = (body: Setup) => post<undefined>('/setup', body)
