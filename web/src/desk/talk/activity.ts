import type { Message } from '../../api/types'
import { until } from '../../i18n/format'
import { tr } from '../../i18n/i18n.svelte'

/** What happened, as a sentence in the person's language. A verb we do not know keeps the server's text. */
export function tellActivity(
  message: Message,
  userName: (id: string) => string,
  labelName: (id: string) => string,
): string {
  const activity = message.activity
  const who = message.author.kind === 'system' ? '' : message.author.name
  if (!activity) return message.text
  const text = (name: string): string => {
    const value = activity[name]
    return typeof value === 'string' ? value : ''
  }
  const whom = text('to_name') || text('name') || userName(text('user_id') || text('to'))
  const verbs = tr.activity
  switch (activity.verb) {
    case 'assigned':
      return whom ? verbs.assigned(who, whom) : verbs.released(who)
    case 'released':
      return verbs.released(who)
    case 'transferred':
      return verbs.transferred(who, whom)
    case 'resolved':
      return verbs.resolved(who)
    case 'reopened':
      return verbs.reopened(who)
    case 'snoozed':
      return verbs.snoozed(who, text('until') ? until(text('until')) : '')
    case 'woken':
      return verbs.woken
    case 'merged':
      return verbs.merged(who)
    case 'split':
      return verbs.split(who)
    case 'linked':
      return verbs.linked(who)
    case 'labelled':
      return verbs.labelled(who, text('label') || labelName(text('label_id')))
    case 'prioritised':
      return verbs.prioritised(who)
    default:
      return message.text || [who, activity.verb].filter(Boolean).join(': ')
  }
}
