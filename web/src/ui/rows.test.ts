import { describe, expect, it } from 'vitest'
import { drift, evenRows } from './rows'

const rows = (ids: string) =>
  evenRows(
    [...ids].map((id) => ({ id })),
    50,
  )

describe('evenRows', () => {
  it('finds the line at a height, at both ends too', () => {
    expect([0, 49, 50, 149, 900].map((y) => rows('abc').indexAt(y))).toEqual([0, 0, 1, 2, 2])
    expect([rows('').indexAt(10), rows('').topOf(0), rows('abc').topOf(3)]).toEqual([0, 0, 150])
  })
})

describe('drift', () => {
  const stood = [
    ['c', 100],
    ['d', 150],
    ['e', 200],
  ] as const

  it('is what most lines have moved by, whatever one of them did', () => {
    expect(drift(stood, rows('abcde'))).toBe(0)
    expect(drift(stood, rows('xabcde'))).toBe(50)
    expect(drift(stood, rows('xabdefghc'))).toBe(0)
    expect(drift(stood, rows('bdexyzc'))).toBe(-100)
  })

  it('is nothing when all are gone', () => {
    expect(drift(stood, rows('xyz'))).toBe(0)
  })
})
