import { en } from './en'
import { it, type Words } from './it'

/** The words of the visitor's language now; the view is built anew when it changes. */
export let t: Words = it
export let lang = 'it'

export function speak(tag: string): void {
  lang = tag.slice(0, 2).toLowerCase() === 'it' ? 'it' : 'en'
  t = lang === 'it' ? it : en
  document.documentElement.lang = lang
}

export const clock = (at: Date): string => at.toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit' })

/** A day in words: today, tomorrow, or the weekday with its date. */
export function day(at: Date): string {
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 864e5)
  if (days === 0) return t.today
  if (days === 1) return t.tomorrow
  return at.toLocaleDateString(lang, { weekday: 'long', day: 'numeric', month: 'long' })
}

export const moment = (at: Date): string => t.at(day(at), clock(at))

/** A size in the unit people use for files; 1 MB is 1,000,000 bytes. */
export function bytes(count: number): string {
  const [unit, value] = count < 1e6 ? ['kilobyte', Math.max(1, Math.round(count / 1e3))] : ['megabyte', count / 1e6]
  return (value as number).toLocaleString(lang, { style: 'unit', unit: unit as string, maximumFractionDigits: 1 })
}

export const duration = (seconds: number): string => `${Math.floor(seconds / 60)}:${`${Math.floor(seconds % 60)}`.padStart(2, '0')}`
