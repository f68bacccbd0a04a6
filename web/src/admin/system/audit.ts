import type { AuditLine } from '../api/system'
import { ta } from '../text.svelte'

const nameIn = (value: unknown): string => {
  const name = value && typeof value === 'object' ? (value as Record<string, unknown>)['name'] : undefined
  return typeof name === 'string' ? name : ''
}

/** What was done, in words: "ha cambiato una squadra: Guasti". What we have no words for keeps its name. */
export function deed(line: AuditLine): string {
  const [noun = '', verb = ''] = line.action.split('.')
  const nouns = ta.audit.objects as Record<string, string>
  const verbs = ta.audit.verbs as Record<string, string>
  const words = nouns[noun] && verbs[verb] ? `${verbs[verb]} ${nouns[noun]}` : line.action
  const name = nameIn(line.after) || nameIn(line.before)
  return name ? `${words}: ${name}` : words
}

/** A value of the log on one line. */
function plainly(value: unknown): string {
  if (value === null || value === undefined) return ta.audit.nothing
  if (typeof value === 'string') return value || ta.audit.nothing
  return JSON.stringify(value)
}

/** The fields that an action touched, with what they were and became. */
export function changes(line: AuditLine): { field: string; before: string; after: string }[] {
  const parts = (value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  const before = parts(line.before)
  const after = parts(line.after)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((field) => ({
    field,
    before: plainly(before[field]),
    after: plainly(after[field]),
  }))
}
