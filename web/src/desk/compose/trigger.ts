import type { Mode } from '../../api/types'

/** A word being typed that asks for a list: `;sal` for canned replies, `@pao` for colleagues. */
export interface Trigger {
  kind: 'canned' | 'mention'
  query: string
  /** where the sign stands, and where the caret stands */
  from: number
  to: number
}

/** The trigger before the caret, if any. The sign must begin a word, so that "a;b" and addresses stay text. */
export function triggerAt(text: string, caret: number, mode: Mode): Trigger | null {
  const match = /(?:^|[\s(])([;@])([\p{L}\p{N}_.-]*(?: [\p{L}]*)?)$/u.exec(text.slice(0, caret))
  if (!match) return null
  const [, sign, query = ''] = match
  if (sign === '@' && mode !== 'note') return null
  if (sign === ';' && query.includes(' ')) return null
  return { kind: sign === ';' ? 'canned' : 'mention', query, from: caret - query.length - 1, to: caret }
}
