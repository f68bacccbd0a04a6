import { describe, expect, it } from 'vitest'
import type { OwnSpan } from '../api/types/day'
import { kindOf, partsOf, sums } from './day'

const at = (minute: number) => `2026-11-22T09:${String(minute).padStart(2, '0')}:00Z`
const span = (from: number, to: number | null, more: Partial<OwnSpan>): OwnSpan => ({
  from: at(from),
  to: to === null ? null : at(to),
  state: 'available',
  reason: null,
  routing: 'idle',
  ...more,
})

describe('the own day', () => {
  const spans = [
    span(0, 5, { state: 'offline' }),
    span(5, 10, {}),
    span(10, 12, { routing: 'offered' }),
    span(12, 20, { routing: 'handling' }),
    span(20, 22, { routing: 'wrap-up' }),
    span(22, 30, { state: 'away', reason: 'Pausa' }),
    span(30, 31, { state: 'away', reason: 'Pranzo' }),
    span(31, null, { state: 'offline' }),
  ]
  it('puts work before the state that was chosen', () => {
    expect(kindOf(span(0, 1, { state: 'away', routing: 'handling' }))).toBe('handling')
    expect(kindOf(span(0, 1, { state: 'away' }))).toBe('away')
  })
  it('begins when one came, joins neighbours and ends when one left', () => {
    const parts = partsOf(spans, Date.parse(at(40)))
    expect(parts.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['idle', null],
      ['handling', null],
      ['wrap', null],
      ['away', 'Pausa'],
      ['away', 'Pranzo'],
    ])
    expect(sums(parts)).toEqual([
      { kind: 'handling', seconds: 480 },
      { kind: 'wrap', seconds: 120 },
      { kind: 'idle', seconds: 420 },
      { kind: 'away', seconds: 540 },
    ])
  })
  it('is empty for who was not there', () => {
    expect(partsOf([span(0, null, { state: 'offline' })], Date.parse(at(9)))).toEqual([])
  })
})
