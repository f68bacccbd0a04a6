/** A line in its place: what it is sorted by, and how high it is. */
export interface Sized {
  readonly id: string
  readonly rank: number
  /** px */
  readonly height: number
}

interface Block<T> {
  lines: T[]
  height: number
}

/** A block is cut in two beyond this many lines: with ten thousand lines there are some eighty blocks. */
const FULL = 256

/** Order of two lines: by rank, then by id so that equals never swap places while one looks. */
export function compare(a: { rank: number; id: string }, b: { rank: number; id: string }): number {
  return a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** First index in a sorted list whose entry does not come before `one`. */
function placeOf<T extends Sized>(list: readonly T[], one: T): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const there = list[middle]
    if (there && compare(there, one) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Lines kept sorted in blocks, each of which knows how many lines it has and how high they are together. Putting
 * in, taking out, finding by place, by height or by line walk over blocks, never over all lines.
 */
export class SizedList<T extends Sized> {
  #blocks: Block<T>[] = []
  #length = 0
  #height = 0

  get length(): number {
    return this.#length
  }

  /** px, of all lines together */
  get height(): number {
    return this.#height
  }

  clear(): void {
    this.#blocks = []
    this.#length = 0
    this.#height = 0
  }

  /** The block in which a line stands or would stand: the first whose last line does not come before it. */
  #blockFor(one: T): number {
    let low = 0
    let high = Math.max(0, this.#blocks.length - 1)
    while (low < high) {
      const middle = (low + high) >> 1
      const last = this.#blocks[middle]?.lines.at(-1)
      if (last && compare(last, one) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  insert(one: T): void {
    const at = this.#blockFor(one)
    let block = this.#blocks[at]
    if (!block) this.#blocks.push((block = { lines: [], height: 0 }))
    block.lines.splice(placeOf(block.lines, one), 0, one)
    this.#count(block, 1, one.height)
    if (block.lines.length > FULL) this.#cut(at, block)
  }

  #cut(at: number, block: Block<T>): void {
    const lines = block.lines.splice(block.lines.length >> 1)
    const height = lines.reduce((sum, line) => sum + line.height, 0)
    block.height -= height
    this.#blocks.splice(at + 1, 0, { lines, height })
  }

  /** Take exactly this line out. Returns whether it was in. */
  remove(one: T): boolean {
    const at = this.#blockFor(one)
    const block = this.#blocks[at]
    if (!block) return false
    const place = placeOf(block.lines, one)
    if (block.lines[place] !== one) return false
    block.lines.splice(place, 1)
    this.#count(block, -1, -one.height)
    if (block.lines.length === 0) this.#blocks.splice(at, 1)
    return true
  }

  #count(block: Block<T>, lines: number, height: number): void {
    block.height += height
    this.#length += lines
    this.#height += height
  }

  /** Where a line that is in stands, -1 when it is not. */
  indexOf(one: T): number {
    const at = this.#blockFor(one)
    const block = this.#blocks[at]
    const place = block ? placeOf(block.lines, one) : -1
    if (block?.lines[place] !== one) return -1
    let before = 0
    for (let i = 0; i < at; i++) before += this.#blocks[i]?.lines.length ?? 0
    return before + place
  }

  /** px above line `index`; above all of them when it is beyond the end. */
  topOf(index: number): number {
    let left = index
    let top = 0
    for (const { lines, height } of this.#blocks) {
      if (left >= lines.length) {
        left -= lines.length
        top += height
        continue
      }
      for (let i = 0; i < left; i++) top += lines[i]?.height ?? 0
      break
    }
    return top
  }

  /** The line at `y` px; the last one when `y` is below all. */
  indexAt(y: number): number {
    let index = 0
    let top = 0
    for (const { lines, height } of this.#blocks) {
      if (top + height <= y) {
        top += height
        index += lines.length
        continue
      }
      for (const line of lines) {
        top += line.height
        if (top > y) return index
        index++
      }
    }
    return Math.max(0, this.#length - 1)
  }

  at(index: number): T | undefined {
    return this.slice(index, index + 1)[0]
  }

  slice(from: number, to: number): T[] {
    const found: T[] = []
    let begin = 0
    for (const { lines } of this.#blocks) {
      if (begin >= to) break
      const end = begin + lines.length
      if (end > from) found.push(...lines.slice(Math.max(0, from - begin), to - begin))
      begin = end
    }
    return found
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const { lines } of this.#blocks) yield* lines
  }
}
