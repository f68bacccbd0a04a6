import { beforeAll, describe, expect, it } from 'vitest'
import type { Estimates } from '../../api/types/twin'
import { useTwinText } from './text.svelte'
import { certain, certainties, changeWords, differenceWords } from './words'

const one = (value: number, half: number) => ({ value, low: value - half, high: value + half })

describe('differences in words', () => {
  beforeAll(() => useTwinText('it'))

  it('says a difference with half its interval', () => {
    expect(differenceWords('service_level', one(0.061, 0.012))).toBe('livello di servizio +6,1 punti (±1,2)')
    expect(differenceWords('mean_wait_s', one(-12.4, 3))).toBe('attesa media −12 s (±3,0 s)')
  })
  it('tells what is certain, and only counts the rest', () => {
    const sure: Estimates = { service_level: one(0.1, 0.02), occupancy: one(-0.05, 0.01) }
    const chance: Estimates = { service_level: one(0.01, 0.02), occupancy: one(-0.05, 0.01) }
    const { lines, rest } = certainties({ a: chance, b: sure })
    expect(lines.map(({ queue }) => queue)).toEqual(['b'])
    expect(lines[0]?.words).toHaveLength(2)
    expect(rest).toBe(1)
    expect(certain({ value: 0, low: 0, high: 0 })).toBe(false)
    expect(certain({ value: 1, low: null, high: null })).toBe(false)
  })
  it('says a change as one would', () => {
    expect(
      changeWords({ do: 'people', profile: '1. Luce e gas', count: 2, from: '15:00', to: '17:00' }),
    ).toBe('+2 persone (Luce e gas) 15:00–17:00')
    expect(changeWords({ do: 'arrivals', percent: -20, queue: null })).toBe('contatti −20%')
  })
})
