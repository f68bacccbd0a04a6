import { t } from '../i18n'
import { choose, h, type Child } from '../kit/dom'
import { untracked } from '../kit/reactive'
import type { Chat } from '../model/chat'
import { composer } from './composer'
import { ended } from './ended'
import { header } from './header'
import { log } from './log'
import { connection, notice } from './notice'
import { owner } from './owner'
import { transcript } from './transcript'
import { welcome } from './welcome'

const conversation = (chat: Chat): Child => h('main', { class: 'chat' },
  connection(chat), log(chat), notice(chat), owner(chat),
  choose(() => (chat.sheet() ?? (chat.state().status === 'ended' ? 'ended' : 'writing')), {
    transcript: () => transcript(chat), ended: () => [ended(chat), composer(chat)], writing: () => composer(chat),
  }))

const failed = (chat: Chat): Child => h('main', { class: 'welcome', role: 'alert' }, h('p', null, chat.failure),
  h('button', { class: 'primary', onclick: () => void chat.load(navigator.language) }, t.again2))

const ready = (chat: Chat): Child => [header(chat), choose(chat.phase, { welcome: () => welcome(chat), chat: () => conversation(chat) })]

/** The whole widget. Its frame is drawn anew when the language, and with it the configuration, changes. */
export function app(chat: Chat): Child {
  return choose(() => (['loading', 'failed'].includes(chat.phase()) ? chat.phase() : 'ready') as 'loading' | 'failed' | 'ready', {
    loading: () => h('p', { class: 'loading' }),
    failed: () => failed(chat),
    ready: () => () => {
      chat.version()
      return untracked(() => ready(chat))
    },
  })
}
