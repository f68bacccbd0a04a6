import type { ThresholdFigure } from '../../api/types/thresholds'
import { amount } from '../routing/amount'

export const figures: readonly ThresholdFigure[] = [
  'waiting',
  'longest_wait_s',
  'at_risk',
  'breached',
  'service_30m',
  'service_today',
  'abandonment_30m',
  'available',
]
const lowIsBad = new Set<ThresholdFigure>(['service_30m', 'service_today', 'available'])
const shares = new Set<ThresholdFigure>(['service_30m', 'service_today', 'abandonment_30m'])

/** Whether low values are the bad ones. */
export const isLow = (figure: ThresholdFigure) => lowIsBad.has(figure)
/** Whether it is a share, which people write as a percentage. */
export const isShare = (figure: ThresholdFigure) => shares.has(figure)

/** A level as people write it: of a share its percentage. */
export const shown = (figure: ThresholdFigure, value: number | null): string =>
  value === null ? '' : String(isShare(figure) ? Math.round(value * 10_000) / 100 : value)

/** What was written as the server keeps it; null where nothing was. */
export function kept(figure: ThresholdFigure, text: string): number | string | null {
  const value = amount(text, null)
  return typeof value === 'number' && isShare(figure) ? value / 100 : value
}

export type Fault = 'oneNeeded' | 'notNumber' | 'worse' | 'milder'

/** What is wrong with levels as written, by field. */
export function faults(
  figure: ThresholdFigure,
  levels: Record<'warn' | 'breach' | 'clear', string>,
): Partial<Record<'warn' | 'breach' | 'clear', Fault>> {
  const found: Partial<Record<'warn' | 'breach' | 'clear', Fault>> = {}
  const read = (name: 'warn' | 'breach' | 'clear') => {
    const value = amount(levels[name], null)
    if (typeof value === 'string' || (value !== null && value < 0)) found[name] = 'notNumber'
    return typeof value === 'number' ? value : null
  }
  const [warn, breach, clear] = [read('warn'), read('breach'), read('clear')]
  if (Object.keys(found).length) return found
  const sign = isLow(figure) ? -1 : 1
  if (warn === null && breach === null) found.warn = 'oneNeeded'
  if (warn !== null && breach !== null && sign * warn > sign * breach) found.breach = 'worse'
  const mildest = warn ?? breach
  if (clear !== null && mildest !== null && sign * clear > sign * mildest) found.clear = 'milder'
  return found
}
