import type { Message } from '../../api/types'
import { language, tr } from '../../i18n/i18n.svelte'

/** A mail server's answer, or the code of a report of non-delivery (RFC 5321, RFC 3463). */
const ANSWER = /^[245](?:\d\d|\.\d{1,3}\.\d{1,3})$/
const ENHANCED = /\b[245]\.\d{1,3}\.\d{1,3}\b/

/** Why a message did not arrive, and what to do, in the person's language; a provider keeps its own words. */
export function whyNot(error: NonNullable<Message['error']>): { what: string; advice: string } {
  const { code, detail, advice } = error
  const known = tr.undelivered[code]
  if (known) return known
  if (language() === 'en') return { what: detail, advice }
  if (!ANSWER.test(code)) return { what: detail, advice: tr.rejected.resend }
  const exact = ENHANCED.exec(`${code} ${detail}`)?.[0] ?? code
  const told = tr.rejected.byCode.find(([begin]) => exact.startsWith(begin))
  return { what: tr.rejected.what(detail), advice: told?.[1] ?? tr.rejected.advice }
}
