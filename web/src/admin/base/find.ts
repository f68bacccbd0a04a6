import { score } from '../../commands/find'

/** Those whose text answers the query, in their own order. */
export function matching<T>(items: readonly T[], query: string, text: (item: T) => string): T[] {
  return query.trim() ? items.filter((item) => score(query, text(item)) > 0) : [...items]
}
