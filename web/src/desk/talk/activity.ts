import type { Message } from '../../api/types'
import { until } from '../../i18n/format'
import { tr } from '../../i18n/i18n.svelte'

const nameIn = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : ''

const namesIn = (value: unknown): string =>
  Array.isArray(value) ? value.map(nameIn).filter(Boolean).join(', ') : ''

/** A conversation as a line names it: its subject, else its number. */
function matterIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  const subject = 'subject' in value && typeof value.subject === 'string' ? value.subject : ''
  const number = 'number' in value && typeof value.number === 'number' ? tr.talk.number(value.number) : ''
  return subject ? `«${subject}»` : number
}

/** What happened, as a sentence in the person's language. A verb we do not know keeps the server's text. */
export function tellActivity(message: Message): string {
  const activity = message.activity
  const who = message.author.kind === 'system' ? '' : message.author.name
  if (!activity) return message.text
  const verbs = tr.activity
  const text = (name: string) => (typeof activity[name] === 'string' ? activity[name] : '')
  const to = nameIn(activity['to']) || nameIn(activity['team']) || nameIn(activity['queue'])
  switch (activity.verb) {
    case 'assigned':
      return to ? (to === who ? verbs.taken(who) : verbs.assigned(who, to)) : verbs.released(who)
    case 'released':
      return to ? verbs.assigned(who, to) : verbs.released(who)
    case 'transferred':
      return verbs.transferred(who, to)
    case 'routed':
      return verbs.routed(nameIn(activity['rule']), nameIn(activity['queue']))
    case 'resolved':
      return verbs.resolved(who)
    case 'reopened':
      return verbs.reopened(who)
    case 'snoozed':
      return verbs.snoozed(who, text('until') ? until(text('until')) : '')
    case 'woken':
      return verbs.woken
    case 'merged':
      return verbs.merged(who, matterIn(activity['from']))
    case 'merged-into':
      return verbs.mergedInto(who, matterIn(activity['into']))
    case 'split':
      return verbs.split(who, matterIn(activity['to']))
    case 'split-from':
      return verbs.splitFrom(who, matterIn(activity['from']))
    case 'linked':
      return verbs.linked(who, matterIn(activity['other']))
    case 'unlinked':
      return verbs.unlinked(who, matterIn(activity['other']))
    case 'labelled':
      return verbs.labelled(who, namesIn(activity['added']), namesIn(activity['removed']))
    case 'prioritised':
      return verbs.prioritised(who, (tr.priority as Record<string, string>)[text('to')] ?? '')
    case 'renamed':
      return verbs.renamed(who, text('to'))
    case 'rebranded':
      return verbs.rebranded(who, to)
    case 'undone':
      return verbs.undone(who)
    case 'reacted':
      return verbs.reacted(who, text('emoji'))
    default:
      return message.text || [who, activity.verb].filter(Boolean).join(': ')
  }
}
