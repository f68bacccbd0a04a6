import type { Disposition, Id } from '../api/types'

/** How something can end, under the names above it. */
export interface Leaf {
  id: Id
  name: string
  path: string[]
}

/** Those in use that a queue's contacts may end with and that have nothing finer below, in the order of the tree. */
export function leavesOf(all: readonly Disposition[], queueId: Id | null): Leaf[] {
  const used = all.filter((one) => !one.archived)
  const mine = used.filter((one) => one.queue_id === null || one.queue_id === queueId)
  const ids = new Set(mine.map((one) => one.id))
  const leaves: Leaf[] = []
  function walk(parent: Id | null, path: string[]): void {
    const here = mine
      .filter((one) => (one.parent_id && ids.has(one.parent_id) ? one.parent_id : null) === parent)
      .sort((a, b) => a.position - b.position || a.name.localeCompare(b.name))
    for (const one of here) {
      if (used.some((other) => other.parent_id === one.id)) walk(one.id, [...path, one.name])
      else leaves.push({ id: one.id, name: one.name, path })
    }
  }
  walk(null, [])
  return leaves
}
