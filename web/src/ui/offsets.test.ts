import { describe, expect, it } from 'vitest'
import { lineAt, offsetsOf } from './offsets'

describe('offsets', () => {
  it('finds the line at a height, at both ends too', () => {
    const offsets = offsetsOf([30, 56, 79], (height) => height)
    expect([...offsets]).toEqual([0, 30, 86, 165])
    expect([0, 29, 30, 85, 86, 900].map((y) => lineAt(offsets, y))).toEqual([0, 0, 1, 1, 2, 2])
    expect(
      lineAt(
        offsetsOf([], () => 1),
        10,
      ),
    ).toBe(0)
  })
})
