import { describe, expect, it } from 'vitest'
import { faults, kept, shown } from './levels'

describe('levels', () => {
  it('are written as percentages where they are shares', () => {
    expect(kept('service_30m', '82,5')).toBeCloseTo(0.825)
    expect(shown('service_30m', 0.825)).toBe('82.5')
    expect(kept('waiting', '12')).toBe(12)
    expect(kept('waiting', ' ')).toBeNull()
    expect(kept('waiting', 'tanti')).toBe('tanti')
  })
  it('are worse and worse, and better to be over', () => {
    expect(faults('waiting', { warn: '5', breach: '10', clear: '3' })).toEqual({})
    expect(faults('waiting', { warn: '10', breach: '5', clear: '' })).toEqual({ breach: 'worse' })
    expect(faults('waiting', { warn: '10', breach: '', clear: '12' })).toEqual({ clear: 'milder' })
    expect(faults('service_today', { warn: '80', breach: '60', clear: '85' })).toEqual({})
    expect(faults('service_today', { warn: '60', breach: '80', clear: '50' })).toEqual({
      breach: 'worse',
      clear: 'milder',
    })
    expect(faults('waiting', { warn: '', breach: '', clear: '' })).toEqual({ warn: 'oneNeeded' })
    expect(faults('waiting', { warn: '-1', breach: 'x', clear: '' })).toEqual({
      warn: 'notNumber',
      breach: 'notNumber',
    })
  })
})
