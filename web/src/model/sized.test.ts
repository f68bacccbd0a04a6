import { describe, expect, it } from 'vitest'
import { compare, SizedList, type Sized } from './sized'

/** A small random generator with a seed (mulberry32), so that a failure can be seen again. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

describe('SizedList', () => {
  it('is a sorted list with heights, however many blocks it is cut into', () => {
    const next = random(3)
    const list = new SizedList<Sized>()
    let plain: Sized[] = []
    for (let step = 0; step < 4000; step++) {
      if (next() < 0.3 && plain.length) {
        const gone = plain[Math.floor(next() * plain.length)]
        if (!gone) continue
        expect(list.remove(gone)).toBe(true)
        expect(list.remove(gone)).toBe(false)
        plain = plain.filter((one) => one !== gone)
      } else {
        const one = { id: `${step}`, rank: Math.floor(next() * 500), height: next() < 0.5 ? 56 : 79 }
        list.insert(one)
        plain.push(one)
      }
    }
    plain.sort(compare)
    expect([...list]).toEqual(plain)
    expect(list.length).toBe(plain.length)
    expect(list.slice(700, 1230)).toEqual(plain.slice(700, 1230))
    let top = 0
    plain.forEach((one, i) => {
      if (i % 37 === 0) {
        expect([list.topOf(i), list.indexOf(one), list.indexAt(top), list.indexAt(top + 55)]).toEqual([
          top,
          i,
          i,
          i,
        ])
      }
      top += one.height
    })
    expect([list.height, list.topOf(plain.length), list.indexAt(top + 999)]).toEqual([
      top,
      top,
      plain.length - 1,
    ])
    expect(list.indexOf({ id: 'never', rank: 3, height: 1 })).toBe(-1)
  })
})
