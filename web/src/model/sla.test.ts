import { describe, expect, it } from 'vitest'
import { row } from './rows.fixture'
import { promised } from './sla'

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`)
const waiting = row({
  id: 'a',
  waiting_since: '2026-11-22T10:00:00Z',
  due_at: '2026-11-22T10:10:00Z',
  due_kind: 'next',
})

describe('promised', () => {
  it('goes from calm to warn to breach as the time is used', () => {
    expect(promised(waiting, at('10:01:00'))).toEqual({ used: 10, secondsLeft: 540, level: 'calm' })
    expect(promised(waiting, at('10:07:00'))?.level).toBe('warn')
    expect(promised(waiting, at('10:09:00'))?.level).toBe('breach')
  })

  it('turns when its policy says so, whatever share of the time is used', () => {
    const night = { ...waiting, warn_at: '2026-11-22T10:09:30Z' }
    expect(promised(night, at('10:09:00'))?.level).toBe('calm')
    expect(promised(night, at('10:09:40'))?.level).toBe('warn')
    expect(promised(night, at('10:10:00'))?.level).toBe('breach')
  })

  it('is full and negative once the promise is broken', () => {
    expect(promised(waiting, at('10:12:00'))).toEqual({ used: 100, secondsLeft: -120, level: 'breach' })
  })

  it('says nothing where nothing is promised or all is done', () => {
    expect(promised(row({ id: 'a' }), 0)).toBeNull()
    expect(promised({ ...waiting, status: 'resolved' }, at('10:01:00'))).toBeNull()
  })

  it('survives a due time that lies before its beginning', () => {
    const odd = promised({ ...waiting, due_at: '2026-11-22T09:00:00Z' }, at('08:00:00'))
    expect(odd?.used).toBeGreaterThanOrEqual(0)
    expect(odd?.used).toBeLessThanOrEqual(100)
  })
})
