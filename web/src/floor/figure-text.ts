import type { Rate } from '../api/types/floor'
import { language } from '../i18n/i18n.svelte'
import { number } from '../i18n/format'
import { tf } from './text.svelte'

const locales = { it: 'it-IT', en: 'en-GB' }

/** A share as people read it: 83%, or a dash when nothing was counted. */
export function percent(rate: number | null, digits = 0): string {
  if (rate === null) return '–'
  return new Intl.NumberFormat(locales[language()], {
    style: 'percent',
    maximumFractionDigits: digits,
  }).format(rate)
}

/** What a rate was counted from, in words. */
export const counted = (rate: Rate): string =>
  rate.denominator > 0
    ? tf.queues.counted(number(rate.numerator), number(rate.denominator))
    : tf.queues.nothing

/** A day as dates are written here: 22 nov, with the weekday where there is room. */
export const dayName = (when: string | number, zone: string): string =>
  new Intl.DateTimeFormat(locales[language()], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: zone,
  }).format(new Date(when))

/** When an interval begins, in the workspace's own time. */
export function intervalName(from: string, interval: string, zone: string): string {
  const daily = interval === '1d' || interval === '1w'
  return new Intl.DateTimeFormat(locales[language()], {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(!daily && { hour: '2-digit', minute: '2-digit' }),
    timeZone: zone,
  }).format(new Date(from))
}

/** The hour on the workspace's own clock: 14:40. */
export const hourOf = (when: number, zone: string): string =>
  new Intl.DateTimeFormat(locales[language()], {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  }).format(when)
