import { describe, expect, it } from 'vitest'
import type { PersonNow, QueueNow } from '../api/types/floor'
import { groupOf, levelTone, promiseOf, waited } from './figures'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const person = (presence: Partial<PersonNow['presence']>, aside: string | null = null) =>
  ({
    presence: {
      user_id: 'u',
      state: 'available',
      reason: null,
      next: null,
      routing: 'idle',
      since: '',
      ...presence,
    },
    set_aside_until: aside,
  }) as PersonNow
const queue = (waiting: Record<string, number>, targets: Record<string, number>, one: number | null) =>
  ({
    waiting_by_channel: waiting,
    today: { service: { targets, target_s: one } },
  }) as unknown as QueueNow

describe('waited', () => {
  it('turns at two thirds of the promise and at its end', () => {
    expect(waited(10, 100)).toEqual({ used: 10, level: 'calm' })
    expect(waited(65, 100).level).toBe('warn')
    expect(waited(100, 100)).toEqual({ used: 100, level: 'breach' })
    expect(waited(900, null)).toEqual({ used: 0, level: 'calm' })
  })
})

describe('promiseOf', () => {
  it('is the shortest of the channels that wait', () => {
    const targets = { webchat: 60, email: 14_400 }
    expect(promiseOf(queue({ webchat: 1, email: 3 }, targets, null))).toBe(60)
    expect(promiseOf(queue({ webchat: 0, email: 3 }, targets, null))).toBe(14_400)
    expect(promiseOf(queue({}, targets, 20))).toBe(20)
  })
})

describe('levelTone', () => {
  it('warns below the goal, and more than fifteen points below it is a breach', () => {
    const rate = (value: number | null) => ({ numerator: 0, denominator: 0, rate: value })
    expect(levelTone(rate(0.8), 0.8)).toBe('calm')
    expect(levelTone(rate(0.7), 0.8)).toBe('warn')
    expect(levelTone(rate(0.6), 0.8)).toBe('breach')
    expect(levelTone(rate(null), 0.8)).toBe('calm')
  })
})

describe('groupOf', () => {
  it('puts what somebody does before the state they chose', () => {
    expect(groupOf(person({ state: 'away', routing: 'handling' }), NOW)).toBe('handling')
    expect(groupOf(person({ routing: 'wrap-up' }), NOW)).toBe('wrap_up')
    expect(groupOf(person({ state: 'busy' }), NOW)).toBe('busy')
    expect(groupOf(person({}), NOW)).toBe('available')
  })
  it('ends a set-aside by itself', () => {
    expect(groupOf(person({}, '2026-11-22T10:00:30Z'), NOW)).toBe('set_aside')
    expect(groupOf(person({}, '2026-11-22T09:59:30Z'), NOW)).toBe('available')
  })
})
