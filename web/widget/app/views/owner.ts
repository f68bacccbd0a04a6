import { t } from '../i18n'
import { choose, h, when, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import type { Chat } from '../model/chat'

/** Who answers now. While a machine does, a person is one button away; while one waits, how long it may take. */
export function owner(chat: Chat): Child {
  const position = (): string => {
    const { position: n, wait_s: wait } = chat.state()
    return [n ? t.position(n) : t.waiting, wait === null ? '' : t.wait(Math.round(wait / 60))].filter(Boolean).join('. ')
  }
  return choose(() => chat.state().status, {
    bot: () => h('div', { class: 'owner machine' }, icon('bot', 18), h('p', null, () => t.botFirst(chat.state().name ?? chat.config.bot ?? '')),
      h('button', { onclick: () => { chat.person(); document.getElementById('write')?.focus() } }, t.person)),
    waiting: () => when(() => chat.config.open, () => h('div', { class: 'owner', role: 'status' }, icon('clock', 18), h('p', null, position))),
  })
}
