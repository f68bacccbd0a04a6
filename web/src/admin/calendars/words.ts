import { language } from '../../i18n/i18n.svelte'
import type { DayHours, WeekHours } from '../api/sla'
import { ta } from '../text.svelte'

const locales = { it: 'it-IT', en: 'en-GB' }

/** A country by its code, in the language of the screen. */
export function countryName(code: string): string {
  return new Intl.DisplayNames(locales[language()], { type: 'region' }).of(code) ?? code
}

/** Days in a row as «lun–ven», others side by side. */
export function daysInWords(days: readonly number[]): string {
  const short = (day: number | undefined) => (day === undefined ? '' : (ta.widget.daysShort[day] ?? ''))
  const runs: number[][] = []
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last?.at(-1) === day - 1) last.push(day)
    else runs.push([day])
  }
  return runs
    .map((run) =>
      run.length > 2 ? `${short(run[0])}–${short(run.at(-1))}` : run.map((day) => short(day)).join(', '),
    )
    .join(', ')
}

/** The hours of one day: «09:00–13:00, 14:00–18:00». */
export const hoursInWords = (hours: readonly DayHours[]): string =>
  hours.map((one) => `${one.opens}–${one.closes}`).join(', ')

/** A whole week in one line: «lun–ven 09:00–18:00; sab 09:00–14:00». */
export function weekInWords(week: readonly WeekHours[]): string {
  const byDays = new Map<string, DayHours[]>()
  for (const one of week) {
    const days = daysInWords(one.days)
    byDays.set(days, [...(byDays.get(days) ?? []), one])
  }
  return [...byDays].map(([days, hours]) => `${days} ${hoursInWords(hours)}`).join('; ')
}

/** A calendar day without a time: lun 7 dic 2026. */
export function dayInWords(date: string): string {
  return new Intl.DateTimeFormat(locales[language()], {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${date}T12:00:00Z`))
}

/** A moment as the clock of a place shows it: lun 7 dic, 09:00. */
export function momentIn(timezone: string, at: string): string {
  const options = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  } as const
  return new Intl.DateTimeFormat(locales[language()], { ...options, timeZone: timezone }).format(new Date(at))
}
