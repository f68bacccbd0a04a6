import type { Problem } from '../api/problem'
import { tr } from './i18n.svelte'

/** A refusal in the person's language: what happened and what to do. The server's own words serve where we know none. */
export function explain(problem: Problem): string {
  const known = tr.problems as Record<string, string | ((detail: string) => string)>
  const text = known[problem.code]
  if (typeof text === 'function') return text(problem.detail)
  if (text) return problem.code === 'conflict' && problem.detail ? problem.detail : text
  return problem.detail || tr.problems.unknown
}
