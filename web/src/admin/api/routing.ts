import { get, patch, post, put } from '../../api/client'
import type { Disposition, Id, QueueRules } from '../../api/types'
import type { QueueOf } from './channels'

export interface QueueWithRules extends QueueOf {
  version: number
  rules: QueueRules
}
export type QueueWish = Omit<QueueWithRules, 'id' | 'waiting' | 'version' | 'rules'> & { rules?: unknown }

export const queues = async () => (await get<{ items: QueueWithRules[] }>('/queues')).items
export const saveQueue = (id: Id | null, wish: QueueWish) =>
  id ? patch<QueueWithRules>(`/queues/${id}`, wish) : post<QueueWithRules>('/queues', wish)

export interface Skill {
  id: Id
  name: string
  description: string
  archived: boolean
  people: number
}
export const skills = async () => (await get<{ items: Skill[] }>('/skills')).items
export const saveSkill = (id: Id | null, wish: Pick<Skill, 'name' | 'description' | 'archived'>) =>
  id ? patch<Skill>(`/skills/${id}`, wish) : post<Skill>('/skills', wish)

export type Levels = Record<Id, number>
export const skillsOf = async (user: Id) => (await get<{ skills: Levels }>(`/users/${user}/skills`)).skills
export const setSkills = (user: Id, skills: Levels) =>
  put<{ skills: Levels }>(`/users/${user}/skills`, { skills })

/** null: as the next wider one says. */
export interface Limits {
  capacity: number | null
  channels: string[] | null
}
export const limitsOf = (what: 'users' | 'teams', id: Id) => get<Limits>(`/${what}/${id}/limits`)
export const setLimits = (
  what: 'users' | 'teams',
  id: Id,
  limits: { capacity: unknown; channels: string[] | null },
) => put<Limits>(`/${what}/${id}/limits`, limits)

export type DispositionWish = Omit<Disposition, 'id' | 'version' | 'position'> & { position: unknown }
export const dispositions = async () => (await get<{ items: Disposition[] }>('/dispositions')).items
export const saveDisposition = (id: Id | null, wish: DispositionWish) =>
  id ? patch<Disposition>(`/dispositions/${id}`, wish) : post<Disposition>('/dispositions', wish)

export interface RoutingRules {
  choice?: 'least_occupied' | 'longest_idle'
  by_level?: boolean
  window_s?: number
  boost_s?: number
  capacity?: number
  channels?: Record<string, { units: number; interrupts: string[] }>
}
export const routing = async () => (await get<{ rules: RoutingRules }>('/routing')).rules
export const saveRouting = (rules: unknown) => put<{ rules: RoutingRules }>('/routing', rules)
