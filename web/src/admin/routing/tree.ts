import type { Disposition, Id } from '../../api/types'

export interface Branch {
  id: Id
  one: Disposition
  depth: number
  /** nothing in use stands below it: it can be chosen */
  leaf: boolean
  path: string
}

/** The tree as lines to read from above, each under what it belongs to; archived ones keep their place. */
export function branches(all: readonly Disposition[]): Branch[] {
  const lines: Branch[] = []
  const ids = new Set(all.map((one) => one.id))
  function walk(parent: Id | null, depth: number, path: string[]): void {
    const here = all
      .filter((one) => (one.parent_id && ids.has(one.parent_id) ? one.parent_id : null) === parent)
      .sort((a, b) => a.position - b.position || a.name.localeCompare(b.name))
    for (const one of here) {
      const leaf = !one.archived && !all.some((other) => other.parent_id === one.id && !other.archived)
      const names = [...path, one.name]
      lines.push({ id: one.id, one, depth, leaf, path: names.join(' › ') })
      walk(one.id, depth + 1, names)
    }
  }
  walk(null, 0, [])
  return lines
}

/** A line and all below it: under none of these may it be put. */
export function below(all: readonly Disposition[], id: Id): Set<Id> {
  const found = new Set([id])
  for (let grown = true; grown;) {
    grown = false
    for (const one of all)
      if (one.parent_id && found.has(one.parent_id) && !found.has(one.id)) {
        found.add(one.id)
        grown = true
      }
  }
  return found
}
