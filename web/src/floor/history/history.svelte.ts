import * as api from '../../api/floor'
import { asProblem, type Problem } from '../../api/problem'
import type { Metrics } from '../../api/types/floor'

export const intervals = ['15m', '1h', '1d', '1w'] as const
export const bys = ['none', 'queue', 'channel', 'team'] as const
export const variants = ['strict', 'answered', 'aws'] as const

/** A day as its date: 2026-11-22, on this machine's calendar. */
export function dateOf(when: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`
}

/** The date so many days later. */
export function laterBy(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return dateOf(new Date(year, month - 1, day + days))
}

/** How it went: the metrics of a time, asked again when a filter changes. */
export class History {
  from = $state(laterBy(dateOf(new Date()), -6))
  /** The last day that is shown. */
  to = $state(dateOf(new Date()))
  interval = $state<(typeof intervals)[number]>('1d')
  by = $state<(typeof bys)[number]>('none')
  variant = $state<(typeof variants)[number]>('strict')
  queue = $state('')
  channel = $state('')
  team = $state('')
  data = $state.raw<Metrics | null>(null)
  problem = $state.raw<Problem | null>(null)
  #call: AbortController | null = null

  readonly query = $derived({
    from: this.from,
    to: laterBy(this.to, 1),
    interval: this.interval,
    by: this.by,
    queue: this.queue,
    channel: this.channel,
    team: this.team,
  })
  readonly backwards = $derived(this.from > this.to)

  async load(more = false): Promise<void> {
    if (this.backwards || !this.from || !this.to) return
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    try {
      const after = more ? (this.data?.next ?? null) : null
      const page = await api.metrics({ ...this.query, limit: 500, after }, call.signal)
      if (call !== this.#call) return
      this.data = more && this.data ? { ...page, items: [...this.data.items, ...page.items] } : page
      this.problem = null
    } catch (thrown) {
      if (!call.signal.aborted) this.problem = asProblem(thrown)
    }
  }
}
