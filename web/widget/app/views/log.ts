import { day, t } from '../i18n'
import { each, h, when, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import { effect, signal } from '../kit/reactive'
import type { Chat } from '../model/chat'
import { message } from './message'

/** The conversation. New messages are announced; the view follows them unless the visitor is reading further up. */
export function log(chat: Chat): Child {
  const below = signal(false)
  const list = h('ol', { use: each(chat.log.entries, (e) => e.id, (item) => message(chat, item)) })
  const area = h('div', { class: 'log', role: 'log', 'aria-label': t.log, tabIndex: 0 },
    when(chat.more, () => h('button', { class: 'pill', onclick: () => void chat.older() }, t.older)),
    h('p', { class: 'day' }, () => { const e = chat.log.entries()[0]; return day(e ? new Date(e.at) : new Date()) }),
    h('div', { class: 'message agent first' }, h('div', { class: 'bubble' }, chat.config.texts.greeting)),
    list,
    when(chat.typing, () => h('p', { class: 'typing' }, h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), h('span', null, () => t.typing(chat.typing() ?? '')))))
  const bottom = (): void => { area.scrollTop = area.scrollHeight }
  area.onscroll = () => { if (area.scrollHeight - area.scrollTop - area.clientHeight < 60) below.set(false) }
  let last = ''
  effect(() => {
    const entry = chat.log.entries().at(-1)
    chat.typing()
    chat.visible()
    const near = area.scrollHeight - area.scrollTop - area.clientHeight < 140
    const fresh = entry !== undefined && entry.id !== last
    last = entry?.id ?? ''
    if (near || (fresh && entry.author.kind === 'customer')) requestAnimationFrame(bottom)
    else if (fresh) below.set(true)
  })
  // pictures and players that load later must not push the last message out of sight
  const watch = new ResizeObserver(() => { if (!below()) bottom() })
  watch.observe(list)
  watch.observe(area)
  return [area, when(below, () => h('button', { class: 'pill newer', onclick: () => { below.set(false); bottom() } }, icon('down', 14), t.newer))]
}
