import { describe, expect, it } from 'vitest'
import type { Scenario } from '../api/types/twin'
import { meanOf, renamed, shiftFrom, shiftText, skillsFrom, skillsText, withMean, withQueue } from './form'

describe('a scenario in a form', () => {
  it('writes skills as people do, and reads them again', () => {
    expect(skillsText({ gas: 3, luce: 1 })).toBe('gas 3, luce')
    const named = { gas: 3, luce: 1, 'queue:Guasti, 24 ore': 2 }
    expect(skillsText(named)).toBe('gas 3, luce, "queue:Guasti, 24 ore" 2')
    expect(skillsFrom(skillsText(named))).toEqual(named)
    expect(skillsFrom(' gas 3 , luce,,coda grande 2')).toEqual({ gas: 3, luce: 1, 'coda grande': 2 })
    expect(skillsFrom('')).toEqual({})
  })
  it('keeps the shape of a handling time when its mean changes', () => {
    expect(meanOf({ lognormal: [4.79, 0.94] })).toBe(187)
    const longer = withMean({ lognormal: [4.79, 0.94] }, 374)
    expect(longer.lognormal?.[1]).toBe(0.94)
    expect(meanOf(longer)).toBe(374)
    expect(withMean({ mean_s: 10, cv: 0.5 }, 20)).toEqual({ mean_s: 20, cv: 0.5 })
    expect(withMean({ exponential: 10 }, 20)).toEqual({ exponential: 20 })
  })
  it('reads shifts of one part, several, and none', () => {
    expect(shiftFrom('08:00-12:00, 13:00-18:00')).toEqual(['08:00-12:00', '13:00-18:00'])
    expect(shiftFrom('08:00-16:00')).toBe('08:00-16:00')
    expect(shiftFrom('  ')).toBeNull()
    expect(shiftText(null)).toBe('')
    expect(shiftText(['08:00-12:00', '13:00-18:00'])).toBe('08:00-12:00, 13:00-18:00')
  })
  it('renames a queue in its place, and never over another one', () => {
    const scenario: Scenario = { queues: { a: {}, b: {} }, agents: [] }
    expect(Object.keys(renamed(scenario, 'a', 'c').queues)).toEqual(['c', 'b'])
    expect(renamed(scenario, 'a', 'b')).toBe(scenario)
    expect(Object.keys(withQueue(scenario, 'coda').queues)).toEqual(['a', 'b', 'coda-1'])
  })
})
