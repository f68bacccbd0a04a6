import type { Problem } from '../api/problem'
import { explain } from '../i18n/explain'
import { tr } from '../i18n/i18n.svelte'

/** Why one could not come in; a refused password is told as such, not as a lost session. */
export function explainSignIn(problem: Problem): string {
  if (problem.status === 401) return tr.signin.wrong
  if (problem.status === 429) return tr.signin.tooMany(Math.ceil((problem.retryAfter ?? 60) / 60))
  return explain(problem)
}

/** Why the sign-on of one's company sent one back, by the code in the address; empty when it did not. */
export function explainSignOn(code: string | null): string {
  if (code === null) return ''
  return Object.hasOwn(tr.signin.signOn, code) ? (tr.signin.signOn[code] ?? '') : tr.signin.signOnFailed
}
