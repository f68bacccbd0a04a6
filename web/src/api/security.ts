import { del, get, post } from './client'
import type { Id, Page, Time } from './types'

/** One of the person's own sign-ins. */
export interface SignInRow {
  id: Id
  method: string
  address: string
  user_agent: string
  created_at: Time
  seen_at: Time
  current: boolean
}

export const changePassword = (current: string, password: string) =>
  post<undefined>('/me/password', { current, password })
export const sessions = () => get<Page<SignInRow>>('/sessions')
export const endSession = (id: Id) => del<undefined>(`/sessions/${id}`)
