import type { Change, Estimate, Estimates, Metric, QueueFigures, TwinNote } from '../../api/types/twin'
import { duration, number } from '../../i18n/format'
import { language } from '../../i18n/i18n.svelte'
import { channelName } from '../channels'
import { tw } from './text.svelte'

const locales = { it: 'it-IT', en: 'en-GB' }
export const shares: readonly string[] = ['p_wait', 'service_level', 'occupancy', 'p_abandon']
const times: readonly string[] = ['mean_wait_s', 'p90_wait_s', 'asa_s']

function digits(value: number, most: number, sign = false): string {
  return new Intl.NumberFormat(locales[language()], {
    minimumFractionDigits: Math.abs(value) < 100 ? most : 0,
    maximumFractionDigits: most,
    ...(sign && { signDisplay: 'exceptZero' }),
  })
    .format(value)
    .replace('-', '−')
}

/** Seconds as people compare them: 8,4 s under a minute and a half, 12:30 and longer as elsewhere. */
function seconds(value: number, sign = false): string {
  const mark = !sign || value === 0 ? (value < 0 ? '−' : '') : value > 0 ? '+' : '−'
  const s = Math.abs(value)
  return mark + (s < 90 ? `${digits(s, s < 10 ? 1 : 0)} s` : duration(s))
}

/** A figure as it is read: 83,1%, 12 s, 240. A dash where there was nothing to estimate from. */
export function level(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (shares.includes(metric)) return `${digits(value * 100, 1)}%`
  if (times.includes(metric)) return seconds(value)
  return number(Math.round(value))
}

/** A difference as it is read, with its sign: +6,1 (points), −12 s, +3. */
export function difference(metric: string, value: number): string {
  if (shares.includes(metric)) return digits(value * 100, 1, true)
  if (times.includes(metric)) return seconds(value, true)
  return digits(value, Math.abs(value) < 10 ? 1 : 0, true)
}

/** Half the width of an interval, in the same unit as the difference. */
export function half(metric: string, one: Estimate): string {
  const wide = one.low === null || one.high === null ? 0 : (one.high - one.low) / 2
  if (shares.includes(metric)) return digits(wide * 100, 1)
  return times.includes(metric) ? seconds(wide) : digits(wide, wide < 10 ? 1 : 0)
}

/** The interval of a level. */
export const interval = (metric: string, one: Estimate | undefined): string =>
  one && one.low !== null && one.high !== null ? `${level(metric, one.low)} – ${level(metric, one.high)}` : ''

/** Whether a difference is more than chance: its interval does not hold zero. */
export const certain = (one: Estimate | undefined): boolean =>
  !!one && one.low !== null && one.high !== null && (one.low > 0 || one.high < 0)

/** Too small to be worth a word: half a second, a twentieth of a point. */
function worth(metric: string, one: Estimate): boolean {
  const size = Math.abs(one.value ?? 0)
  return shares.includes(metric) ? size >= 0.0005 : size >= (times.includes(metric) ? 0.5 : 0.05)
}

/** A difference in words: livello di servizio +6,1 punti (±1,2). */
export function differenceWords(metric: Metric, one: Estimate): string {
  const said = difference(metric, one.value ?? 0)
  const words = shares.includes(metric)
    ? tw.result.points(said, half(metric, one))
    : tw.result.of(said, half(metric, one))
  return `${tw.result.small[metric]} ${words}`
}

const told: readonly Metric[] = ['service_level', 'mean_wait_s', 'abandoned']

/** What changes for certain, queue by queue, largest first; and how many queues have nothing certain. */
export function certainties(found: QueueFigures): {
  lines: { queue: string; words: string[] }[]
  rest: number
} {
  const lines = Object.entries(found).map(([queue, figures]) => ({
    queue,
    size: Math.abs(figures.service_level?.value ?? 0),
    words: sure(figures, told),
    busy: sure(figures, ['occupancy']),
  }))
  // how busy people are belongs to what callers feel of it; alone it is told only where nothing else is
  const felt = lines.filter(({ words }) => words.length > 0).sort((a, b) => b.size - a.size)
  const shown = felt.length
    ? felt.map(({ queue, words, busy }) => ({ queue, words: [...words, ...busy] }))
    : lines.filter(({ busy }) => busy.length > 0).map(({ queue, busy }) => ({ queue, words: busy }))
  return { lines: shown, rest: lines.length - shown.length }
}

function sure(figures: Estimates, metrics: readonly Metric[]): string[] {
  return metrics.flatMap((metric) => {
    const one = figures[metric]
    return one && certain(one) && worth(metric, one) ? [differenceWords(metric, one)] : []
  })
}

/** A figure beside an axis: 80%, 12 s. */
export const onAxis = (metric: string, value: number): string =>
  shares.includes(metric) ? `${digits(value * 100, 0)}%` : level(metric, value)

const percent = (value: number) => `${digits(value, 0, true)}%`

/** A change in words: +2 persone (Luce e gas) 15:00–17:00. */
export function changeWords(change: Change): string {
  const words = tw.changes.words
  const hours =
    'from' in change && (change.from ?? change.to)
      ? tw.changes.hours(change.from ?? '00:00', change.to ?? '24:00')
      : ''
  if (change.do === 'people') return words.people(change.count, change.profile.replace(/^\d+\. /, ''), hours)
  if (change.do === 'ring') return words.ring(change.ring ?? 1, change.queue, number(change.seconds))
  if (change.do === 'blending') return words.blending(channelName(change.channel), hours)
  if (change.do === 'arrivals') return words.arrivals(percent(change.percent), change.queue ?? null, hours)
  if (change.do === 'handle') return words.handle(percent(change.percent), change.queue ?? null)
  if (change.do === 'wrap_up') return words.wrap_up(number(change.seconds), change.queue ?? null)
  return words.priority(change.queue, number(change.priority))
}

/** A note in words. */
export function noteWords(note: TwinNote): string {
  const texts: Record<string, (queue: string, value: string, count: number) => string> = tw.notes.texts
  const text = texts[note.code]?.(note.queue ?? '', note.value, note.cases) ?? note.code
  return note.queue ? `${note.queue}: ${text}` : text
}
