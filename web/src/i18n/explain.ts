import { language, tr } from './i18n.svelte'

let refusals: Record<string, string> = {}

/** Fetch the sentences for the server's rarer refusals; until they are here, and in English, its own words serve. */
export async function loadRefusals(): Promise<void> {
  if (language() === 'it') refusals = (await import('./it/refusals')).refusals
}

/**
 * A refusal in the person's language: what happened and what to do. The server's own words (English) serve where we
 * know none, and stand in brackets where the code alone says too little.
 */
export function explain(problem: { code: string; detail: string }): string {
  const { code, detail } = problem
  const known = tr.problems as Record<string, string | ((detail: string) => string)>
  const text = known[code]
  if (typeof text === 'function') return text(detail)
  if (language() === 'en') return (code === 'conflict' && detail) || text || detail || tr.problems.unknown
  if (code === 'conflict' && detail) return `${tr.problems.conflict} (${detail})`
  return text ?? refusals[code] ?? (detail || tr.problems.unknown)
}
