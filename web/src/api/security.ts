import { del, get, post } from './client'
import type { Id, Page, Time } from './types'

/** One of the person's own sign-ins. */
export interface SignInRow {
  id: Id
  device: string
  address: string
  created_at: Time
  last_seen_at: Time
  current: boolean
}

export const changePassword = (current: string, password: string) =>
  post<undefined>('/me/password', { current, password })
export const sessions = () => get<Page<SignInRow>>('/me/sessions')
export const endSession = (id: Id) => del<undefined>(`/me/sessions/${id}`)
