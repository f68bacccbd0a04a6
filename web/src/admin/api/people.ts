import { del, get, patch, post, put } from '../../api/client'
import type { SignInRow } from '../../api/security'
import type { Id, Page, Time } from '../../api/types'

/** Somebody who works here, as those who manage people see them. */
export interface Person {
  id: Id
  name: string
  email: string
  locale: string
  works_from: 'office' | 'home'
  /** null: every brand */
  brands: Id[] | null
  disabled_at: Time | null
  created_at: Time
  has_password: boolean
  seen_at: Time | null
  roles: Id[]
  teams: Id[]
  second_factor: boolean
}

export interface Role {
  id: Id
  /** names the built-in ones */
  key: string | null
  name: string
  permissions: string[]
  people: number
}

export interface TeamOf {
  id: Id
  name: string
  members: Id[]
}

export interface PersonWish {
  name?: string
  roles?: Id[]
  teams?: Id[]
  brands?: Id[] | null
  works_from?: string
  disabled?: boolean
}

export const people = async () => (await get<Page<Person>>('/people')).items
export const roles = async () => (await get<Page<Role>>('/roles')).items
export const teams = async () => (await get<Page<TeamOf>>('/teams')).items
export const permissions = () => get<Record<string, string>>('/permissions')

export const invite = (body: {
  name: string
  email: string
  roles: Id[]
  teams: Id[]
  brands: Id[] | null
  locale: string
}) => post<{ person: { id: Id; name: string }; link: string | null }>('/users', body)
export const change = (id: Id, wish: PersonWish) => patch<undefined>(`/users/${id}`, wish)
export const freshLink = (id: Id) => post<{ link: string }>(`/users/${id}/link`)
export const sessionsOf = async (id: Id) => (await get<Page<SignInRow>>('/sessions', { user_id: id })).items
export const endSession = (id: Id) => del<undefined>(`/sessions/${id}`)

export const saveTeam = (id: Id | null, body: { name: string; members: Id[] }) =>
  id ? patch<TeamOf>(`/teams/${id}`, body) : post<TeamOf>('/teams', body)
export const dropTeam = (id: Id) => del<undefined>(`/teams/${id}`)
export const saveRole = (id: Id | null, body: { name: string; permissions: string[] }) =>
  id ? patch<Role>(`/roles/${id}`, body) : post<Role>('/roles', body)
export const dropRole = (id: Id) => del<undefined>(`/roles/${id}`)

/** Of whom a second step is asked when they sign in, and from when on; `without` are those asked who have none. */
export interface FactorPolicy {
  required: 'off' | 'roles' | 'everybody'
  roles: Id[]
  from: Time | null
  without: { id: Id; name: string }[]
}
export const factorPolicy = () => get<FactorPolicy>('/workspace/second-factor')
export const saveFactorPolicy = (wish: Omit<FactorPolicy, 'without'>) =>
  put<FactorPolicy>('/workspace/second-factor', wish)
export const dropFactors = (id: Id) => del<undefined>(`/users/${id}/factors`)
