import { del, get, patch, post } from './client'
import type { Id } from './types'
import type { Checked, LiveScenario, LiveWish, Question, Scenario, TwinRun, TwinRunRow } from './types/twin'

/** The workspace as a scenario. */
export const live = (wish: LiveWish, signal?: AbortSignal) =>
  get<LiveScenario>(
    '/twin/scenario',
    {
      now: wish.now,
      from: wish.from,
      to: wish.to,
      weekday: wish.weekday === null ? 'all' : wish.weekday?.toString(),
    },
    signal,
  )

/** What is wrong with a scenario, or both its forms. */
export const check = (scenario: string | Scenario, signal?: AbortSignal) =>
  post<Checked>('/twin/check', { scenario }, signal ? { signal } : {})

export const ask = (question: Question) => post<TwinRun>('/twin/runs', question)
export const run = (id: Id, signal?: AbortSignal) => get<TwinRun>(`/twin/runs/${id}`, undefined, signal)
export const runs = (kept: boolean, after: string | null, signal?: AbortSignal) =>
  get<{ items: TwinRunRow[]; next: string | null }>('/twin/runs', { kept, after, limit: 30 }, signal)
export const stop = (id: Id) => post<TwinRunRow>(`/twin/runs/${id}/cancel`)
export const edit = (id: Id, wish: { name?: string; kept?: boolean }) =>
  patch<TwinRunRow>(`/twin/runs/${id}`, wish)
export const remove = (id: Id) => del<undefined>(`/twin/runs/${id}`)
