import { t, moment } from '../i18n'
import { h, when, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import type { Chat } from '../model/chat'
import { tell } from '../model/host'
import { menu } from './menu'

/** Who is there: a machine says so in its own colour, a person in the human one. */
function status(chat: Chat): Child {
  const { config } = chat
  const { status: now, name } = chat.state()
  if (chat.phase() === 'chat' && now === 'agent' && name) return [icon('heart', 13), h('span', { class: 'human' }, t.with(name))]
  if (chat.phase() === 'chat' && now === 'bot') return [icon('bot', 14), h('span', { class: 'machine' }, `${name ?? config.bot ?? ''}, ${t.bot}`)]
  if (config.open) return [h('i', { class: 'dot' }), t.open]
  return [icon('clock', 13), config.opens_at ? t.opens(moment(new Date(config.opens_at))) : t.closedNow]
}

export function header(chat: Chat): Child {
  const { config } = chat
  return h('header', null,
    config.logo ? h('img', { src: config.logo, alt: '', width: 36, height: 36 }) : h('span', { class: 'logo', 'aria-hidden': 'true' }, config.name.slice(0, 1)),
    h('div', null, h('h1', null, config.name), h('p', { class: 'status', role: 'status' }, () => status(chat))),
    when(() => chat.phase() === 'chat' || config.languages.length > 1, () => menu(chat)),
    h('button', { class: 'round', 'aria-label': t.close, title: t.close, onclick: () => tell('close') }, icon('down')),
  )
}
