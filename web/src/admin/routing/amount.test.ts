import { expect, it } from 'vitest'
import { amount, typed } from './amount'

it('reads numbers with either sign of decimals, and leaves the rest to the server', () => {
  expect(amount(' 20 ', null)).toBe(20)
  expect(amount('2,5', null)).toBe(2.5)
  expect(amount('', null)).toBeNull()
  expect(amount('  ', undefined)).toBeUndefined()
  expect(amount('presto', null)).toBe('presto')
})

it('shows zero as zero and nothing as nothing', () => {
  expect([typed(0), typed(null), typed(undefined), typed(90)]).toEqual(['0', '', '', '90'])
})
