import { language, tr } from './i18n.svelte'

let refusals: Record<string, string> = {}
let faults: readonly (readonly [RegExp, string])[] = []

/** Fetch the sentences for the server's rarer refusals; until they are here, and in English, its own words serve. */
export async function loadRefusals(): Promise<void> {
  if (language() !== 'it' || faults.length) return
  const [rare, ofFields] = await Promise.all([import('./it/refusals'), import('./it/faults')])
  refusals = rare.refusals
  faults = Object.entries(ofFields.faults).map(([said, told]) => [shapeOf(said), told])
}

/** A sentence with `{}` where it differs, as what recognises it. */
function shapeOf(said: string): RegExp {
  const parts = said.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.*?)')}$`, 's')
}

/** What the server says is wrong with a field, in the person's language where we know it; else as it came. */
export function explainFault(message: string): string {
  if (language() === 'en') return message
  for (const [shape, told] of faults) {
    const match = shape.exec(message)
    if (!match) continue
    let at = 0
    return told.replace(/\{\}/g, () => match[++at] ?? '')
  }
  return message
}

interface Refusal {
  code: string
  detail: string
  faults?: readonly { message: string }[]
}

/**
 * A refusal in the person's language: what happened and what to do. The server's own words (English) serve where we
 * know none, and stand in brackets where the code alone says too little.
 */
export function explain(problem: Refusal): string {
  const { code } = problem
  const said = problem.faults?.length
    ? problem.faults.map((one) => explainFault(one.message)).join(' ')
    : explainFault(problem.detail)
  const known = tr.problems as Record<string, string | ((detail: string) => string)>
  const text = known[code]
  if (typeof text === 'function') return text(said)
  if (language() === 'en') return (code === 'conflict' && said) || text || said || tr.problems.unknown
  if (code === 'conflict' && said) return `${tr.problems.conflict} (${said})`
  return text ?? refusals[code] ?? (said || tr.problems.unknown)
}
