import type { OwnSpan } from '../api/types/day'

export type Kind = 'handling' | 'wrap' | 'idle' | 'busy' | 'away' | 'offline'
export const kinds: readonly Kind[] = ['handling', 'wrap', 'idle', 'busy', 'away', 'offline']

/** A part of the day, ms since 1970. */
export interface Part {
  kind: Kind
  reason: string | null
  from: number
  to: number
}

/** What a stretch counts as: work comes before the state that was chosen. */
export function kindOf({ state, routing }: OwnSpan): Kind {
  if (routing === 'handling') return 'handling'
  if (routing === 'wrap-up') return 'wrap'
  return state === 'available' ? 'idle' : state
}

/** The day from when one came until one was last there: neighbours of one kind and reason together. */
export function partsOf(spans: readonly OwnSpan[], now: number): Part[] {
  const parts: Part[] = []
  for (const span of spans) {
    const kind = kindOf(span)
    const [from, to] = [Date.parse(span.from), span.to ? Date.parse(span.to) : now]
    if (to <= from) continue
    const reason = kind === 'busy' || kind === 'away' ? span.reason : null
    const last = parts.at(-1)
    if (last?.kind === kind && last.reason === reason && last.to === from) last.to = to
    else parts.push({ kind, reason, from, to })
  }
  const first = parts.findIndex((one) => one.kind !== 'offline')
  const end = parts.findLastIndex((one) => one.kind !== 'offline')
  return first < 0 ? [] : parts.slice(first, end + 1)
}

/** Seconds of each kind that there was, in the order of `kinds`. */
export function sums(parts: readonly Part[]): { kind: Kind; seconds: number }[] {
  return kinds
    .map((kind) => ({
      kind,
      seconds: parts
        .filter((one) => one.kind === kind)
        .reduce((sum, one) => sum + (one.to - one.from) / 1000, 0),
    }))
    .filter((one) => one.seconds >= 1)
}
