import { language, tr } from './i18n.svelte'

const locales = { it: 'it-IT', en: 'en-GB' }
const cache = new Map<string, Intl.DateTimeFormat>()

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()}${JSON.stringify(options)}`
  let format = cache.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(locales[language()], options)
    cache.set(key, format)
  }
  return format
}

type When = string | number | Date
const DAY_MS = 86_400_000
const startOfDay = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()

/** Whole calendar days from `when` to `now`: 0 today, 1 yesterday, -1 tomorrow. */
export function daysAgo(when: When, now: number = Date.now()): number {
  return Math.round((startOfDay(new Date(now)) - startOfDay(new Date(when))) / DAY_MS)
}

export const time = (when: When) => dates({ hour: '2-digit', minute: '2-digit' }).format(new Date(when))
export const fullTime = (when: When) =>
  dates({ dateStyle: 'full', timeStyle: 'short' }).format(new Date(when))
export const number = (value: number) => new Intl.NumberFormat(locales[language()]).format(value)

/** An amount with its cents; the currency is the attribute's own affair. */
export const money = (value: number) =>
  new Intl.NumberFormat(locales[language()], { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(
    value,
  )

/** The day as a heading between messages: oggi, ieri, lunedì 3 novembre. */
export function day(when: When, now: number = Date.now()): string {
  const ago = daysAgo(when, now)
  if (ago === 0) return tr.time.today
  if (ago === 1) return tr.time.yesterday
  const date = new Date(when)
  const thisYear = date.getFullYear() === new Date(now).getFullYear()
  return dates({
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(!thisYear && { year: 'numeric' }),
  }).format(date)
}

/** The shortest useful form: 14:36, ieri, 12 nov, 3 nov 2023. */
export function brief(when: When, now: number = Date.now()): string {
  const ago = daysAgo(when, now)
  if (ago === 0) return time(when)
  if (ago === 1) return tr.time.yesterday
  const date = new Date(when)
  const thisYear = date.getFullYear() === new Date(now).getFullYear()
  return dates({ day: 'numeric', month: 'short', ...(!thisYear && { year: 'numeric' }) }).format(date)
}

/** A moment to come, in words: oggi alle 15:10, domani alle 09:00, lun 3 nov alle 09:00. */
export function until(when: When, now: number = Date.now()): string {
  const ahead = -daysAgo(when, now)
  if (ahead === 0) return tr.time.todayAt(time(when))
  if (ahead === 1) return tr.time.tomorrowAt(time(when))
  const date = new Date(when)
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  const text = dates({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(!sameYear && { year: 'numeric' }),
  })
  return tr.time.at(text.format(date), time(when))
}

/** Seconds as a clock or in units: 1:36, 1 h 12, 26 g. A minus means it is over. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? '−' : ''
  const s = Math.abs(Math.round(seconds))
  if (s < 3600) return `${sign}${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
  if (s < 86_400)
    return `${sign}${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}`
  return `${sign}${Math.floor(s / 86_400)} ${tr.time.dayUnit}`
}

/** Seconds in a sentence: 1 minuto, 3 ore, 26 giorni. */
export function inWords(seconds: number): string {
  const s = Math.abs(seconds)
  if (s < 90) return tr.time.seconds(Math.round(s))
  if (s < 5400) return tr.time.minutes(Math.round(s / 60))
  if (s < 129_600) return tr.time.hours(Math.round(s / 3600))
  return tr.time.days(Math.round(s / 86_400))
}

/** A length of working time in a sentence: never in days, for a day of work has not 24 hours. */
export function lasting(seconds: number): string {
  const s = Math.abs(seconds)
  return s < 5400 ? inWords(s) : tr.time.hours(Math.round(s / 360) / 10)
}

/** Bytes for people: 412 B, 84 kB, 2,4 MB. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = size
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = new Intl.NumberFormat(locales[language()], {
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  })
  return `${digits.format(value)} ${units[unit]}`
}

/** A year alone: Cliente dal 2014. */
export const year = (when: When) => dates({ year: 'numeric' }).format(new Date(when))
