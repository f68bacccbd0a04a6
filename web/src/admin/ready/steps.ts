import type { Step } from '../api/ready'

/** What a macro can do, the most used first. */
export const deeds: readonly Step['do'][] = [
  'reply',
  'note',
  'label',
  'assign',
  'priority',
  'snooze',
  'subject',
  'follow',
  'resolve',
  'reopen',
]

/** A step before anything is chosen; it holds only the fields that its kind has. */
export function blank(wanted: Step['do']): Step {
  switch (wanted) {
    case 'reply':
      return { do: wanted, text: '', canned_reply_id: null }
    case 'note':
    case 'subject':
      return { do: wanted, text: '' }
    case 'label':
      return { do: wanted, add: [], remove: [] }
    case 'assign':
      return { do: wanted, me: true }
    case 'priority':
      return { do: wanted, priority: 'normal' }
    case 'snooze':
      return { do: wanted, words: '', until_reply: false }
    default:
      return { do: wanted }
  }
}

/** To whom a step assigns, as one value: `me`, `team_id:…`, or empty for nobody. */
export function targetOf(step: Step): string {
  if (step.me) return 'me'
  for (const name of ['user_id', 'team_id', 'queue_id'] as const)
    if (step[name]) return `${name}:${step[name]}`
  return ''
}

/** The step that assigns to such a value. */
export function targetIn(target: string): Step {
  if (target === 'me') return { do: 'assign', me: true }
  const [name, id] = target.split(':')
  return name && id ? { do: 'assign', [name]: id } : { do: 'assign' }
}
