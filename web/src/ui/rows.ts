/** The lines of a long list, wherever they are kept: counted, found and measured without walking over all of them. */
export interface Rows<T> {
  readonly length: number
  /** px from the top of the list to line `index`; with `length`, the height of the whole. */
  topOf(index: number): number
  /** The line that stands at `y` px: the last that begins at or above it. */
  indexAt(y: number): number
  /** Where the line with this id stands, -1 when it is not here. */
  indexOf(id: string): number
  slice(from: number, to: number): T[]
}

/** Plain lines of one height. */
export function evenRows<T extends { id: string }>(items: readonly T[], height: number): Rows<T> {
  return {
    length: items.length,
    topOf: (index) => index * height,
    indexAt: (y) => Math.max(0, Math.min(items.length - 1, Math.floor(y / height))),
    indexOf: (id) => items.findIndex((item) => item.id === id),
    slice: (from, to) => items.slice(from, to),
  }
}

/**
 * By how much lines that stood at these heights have moved: the median, because a few of them may have moved
 * for reasons of their own. Lines that are gone do not count.
 * @param stood id and px from the top of each line before
 */
export function drift(stood: readonly (readonly [id: string, top: number])[], rows: Rows<unknown>): number {
  const moves: number[] = []
  for (const [id, top] of stood) {
    const at = rows.indexOf(id)
    if (at >= 0) moves.push(rows.topOf(at) - top)
  }
  moves.sort((a, b) => a - b)
  return moves[moves.length >> 1] ?? 0
}
