/** Where each line of a long list begins, px: `offsets[i]` for line i, the last one is the whole height. */
export function offsetsOf<T>(items: readonly T[], heightOf: (item: T) => number): Float64Array {
  const offsets = new Float64Array(items.length + 1)
  let sum = 0
  items.forEach((item, i) => {
    sum += heightOf(item)
    offsets[i + 1] = sum
  })
  return offsets
}

/** The line that stands at `y`: the last that begins at or above it. */
export function lineAt(offsets: Float64Array, y: number): number {
  let low = 0
  let high = Math.max(0, offsets.length - 2)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((offsets[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return low
}
