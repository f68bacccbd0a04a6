import { t } from '../i18n'
import { h, when, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import type { Chat } from '../model/chat'

/** One line about what has just happened; said aloud, and waved away by hand. */
export function notice(chat: Chat): Child {
  return h('div', { role: 'status' }, when(chat.notice, () =>
    h('p', { class: 'notice' }, icon('alert', 16), h('span', null, chat.notice), h('button', { class: 'small', 'aria-label': t.close, onclick: () => chat.notice.set('') }, icon('close', 14)))))
}

/** Says that the connection is gone, after a moment: most interruptions are over before anybody notices. */
export function connection(chat: Chat): Child {
  return h('div', { role: 'status' }, when(() => chat.link.state() === 'offline', () =>
    h('p', { class: 'notice offline' }, icon('alert', 16), h('span', null, navigator.onLine ? t.connecting : t.offline))))
}
