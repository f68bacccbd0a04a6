import { beforeAll, describe, expect, it } from 'vitest'
import { brief, bytes, day, duration, inWords, until } from './format'
import { firstLanguage, useLanguage } from './i18n.svelte'
import { en } from './en'
import { it as italian } from './it'

const now = new Date(2026, 10, 22, 14, 40).getTime()

describe('formats in Italian', () => {
  beforeAll(() => useLanguage('it'))

  it('writes days and times the short way', () => {
    expect(brief(new Date(2026, 10, 22, 14, 36), now)).toBe('14:36')
    expect(brief(new Date(2026, 10, 21, 23, 59), now)).toBe('ieri')
    expect(brief(new Date(2026, 10, 12), now)).toBe('12 nov')
    expect(brief(new Date(2014, 2, 1), now)).toBe('1 mar 2014')
    expect(day(new Date(2026, 10, 16, 9), now)).toBe('lunedì 16 novembre')
    expect(until(new Date(2026, 10, 23, 9), now)).toBe('domani alle 09:00')
  })

  it('writes how long as a clock, then in hours, then in days', () => {
    expect(duration(96)).toBe('1:36')
    expect(duration(4320)).toBe('1 h 12')
    expect(duration(26 * 86_400)).toBe('26 g')
    expect(duration(-20)).toBe('−0:20')
    expect(inWords(60 * 60)).toBe('60 minuti')
    expect(inWords(1)).toBe('1 secondo')
  })

  it('writes sizes with the decimal comma', () => {
    expect(bytes(412)).toBe('412 B')
    expect(bytes(2_400_000)).toBe('2,4 MB')
    expect(bytes(84_000)).toBe('84 kB')
  })
})

describe('languages', () => {
  it('begins with what was kept, then what the browser prefers, then Italian', () => {
    expect(firstLanguage('en', ['it-IT'])).toBe('en')
    expect(firstLanguage(null, ['fr-FR', 'en-US'])).toBe('en')
    expect(firstLanguage(null, ['fr'])).toBe('it')
  })

  it('leaves no text empty in either', () => {
    const empty: string[] = []
    const look = (value: unknown, path: string): void => {
      if (value === '') empty.push(path)
      else if (value && typeof value === 'object')
        for (const [key, part] of Object.entries(value)) look(part, `${path}.${key}`)
    }
    look(italian, 'it')
    look(en, 'en')
    expect(empty).toEqual([])
  })
})
