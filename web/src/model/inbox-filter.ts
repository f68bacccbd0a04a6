import type { ConversationRow, Id, Status } from '../api/types'
import type { Query } from '../api/client'
import type { Order } from './inbox-order'

export type Standard = 'mine' | 'unassigned' | 'mentions' | 'followed' | 'all'
export const standards: readonly Standard[] = ['mine', 'unassigned', 'mentions', 'followed', 'all']

/** What narrows a view. Empty lists narrow nothing. */
export interface Filters {
  status: Status[]
  channel: string[]
  label: Id[]
  team: Id[]
  owner: Id[]
  queue: Id[]
  brand: Id[]
  contact: Id[]
  priority: string[]
}

export const noFilters: Filters = {
  status: [],
  channel: [],
  label: [],
  team: [],
  owner: [],
  queue: [],
  brand: [],
  contact: [],
  priority: [],
}
const ongoing: readonly Status[] = ['open', 'waiting', 'snoozed']

/** How many filters are set. */
export const countFilters = (filters: Filters): number => Object.values(filters).flat().length

/** Filters kept in a saved view; what is not a list of words is left out. */
export function readFilters(kept: Record<string, unknown>): Filters {
  const names = Object.keys(noFilters) as (keyof Filters)[]
  const read = names.map((name) => {
    const value = kept[name]
    const list =
      typeof value === 'string'
        ? value.split(',')
        : Array.isArray(value)
          ? value.map((one) => String(one ?? 'none'))
          : []
    return [name, list.filter(Boolean)]
  })
  return Object.fromEntries(read) as unknown as Filters
}

/** The same view and filters as a query for the server. */
export function toQuery(view: string, filters: Filters, order: Order): Query {
  const status = filters.status.length ? filters.status : ongoing
  return { view, order, ...filters, status }
}

/** Whether a row belongs in a view, decided here so that events move rows without asking the server. */
export function belongs(row: ConversationRow, view: string, filters: Filters, me: Id): boolean {
  if (row.merged_into !== null) return false
  const status = filters.status.length ? filters.status : ongoing
  if (!status.includes(row.status)) return false
  const ownerId = row.owner?.id ?? ''
  if (view === 'mine' && ownerId !== me) return false
  if (view === 'unassigned' && row.owner !== null) return false
  if (view === 'mentions' && !row.mentions.includes(me)) return false
  if (view === 'followed' && !row.followers.includes(me)) return false
  // "none" stands for "has none", "me" for the person who looks.
  const fits = (wanted: string[], has: string | null) =>
    wanted.length === 0 || wanted.includes(has ?? 'none') || (has === me && wanted.includes('me'))
  return (
    fits(filters.channel, row.channel) &&
    fits(filters.team, row.team_id) &&
    fits(filters.owner, row.owner?.id ?? null) &&
    fits(filters.queue, row.queue_id) &&
    fits(filters.contact, row.contact.id) &&
    fits(filters.brand, row.brand_id) &&
    fits(filters.priority, row.priority) &&
    (filters.label.length === 0 ||
      row.labels.some((label) => filters.label.includes(label)) ||
      (row.labels.length === 0 && filters.label.includes('none')))
  )
}
