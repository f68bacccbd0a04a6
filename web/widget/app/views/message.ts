import { bytes, clock, t } from '../i18n'
import { choose, h, when, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import type { Signal } from '../kit/reactive'
import type { Chat } from '../model/chat'
import type { Entry, Shown } from '../model/log'
import { player } from './player'

const links = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g

/** A text with its web addresses as links; everything else stays text. */
export function words(text: string): Child[] {
  const parts: Child[] = []
  let from = 0
  for (const found of text.matchAll(links)) {
    parts.push(text.slice(from, found.index), h('a', { href: found[0], target: '_blank', rel: 'noopener noreferrer nofollow' }, found[0]))
    from = found.index + found[0].length
  }
  return [...parts, text.slice(from)]
}

function attachment(file: Shown): Child {
  const progress = file.progress !== null && h('progress', { value: file.progress, 'aria-label': t.sending })
  if (file.type.startsWith('image/') && file.url)
    return h('a', { class: 'picture', href: file.url, target: '_blank', rel: 'noopener' }, h('img', { src: file.url, alt: file.name, loading: 'lazy' }), progress)
  if (file.type.startsWith('audio/') && file.url) return [player(file.url, file.duration), progress]
  return h('a', { class: 'file', ...(file.url ? { href: file.url } : {}), target: '_blank', rel: 'noopener', download: file.name, 'aria-label': t.download(file.name, bytes(file.size)) },
    icon('file'), h('span', null, h('b', null, file.name), h('small', null, bytes(file.size)), progress))
}

/** How far the visitor's latest message has come; earlier ones only speak when something is wrong with them. */
function receipt(chat: Chat, entry: Entry): string {
  const { delivered, read } = chat.state()
  const mine = chat.log.entries().filter((e) => e.author.kind === 'customer' && e.state === 'sent').at(-1)
  if (entry.state === 'sending') return t.sending
  if (entry.state === 'failed' || entry.id !== mine?.id) return ''
  return entry.seq <= read ? t.read : entry.seq <= delivered ? t.delivered : t.sent
}

export function message(chat: Chat, item: Signal<Entry>): Element {
  const kind = item().author.kind
  const mine = kind === 'customer'
  const place = (): number => chat.log.entries().findIndex((e) => e.id === item().id)
  const first = (): boolean => {
    const before = chat.log.entries()[place() - 1]
    return !before || before.author.kind !== kind || before.author.name !== item().author.name || item().at - before.at > 3e5
  }
  const name = mine ? t.you : item().author.name || chat.config.name
  return h('li', { class: () => `message ${kind}${first() ? ' first' : ''}${item().state === 'failed' ? ' failed' : ''}` },
    h('p', { class: () => `who${mine || !first() ? ' vh' : ''}` }, kind === 'bot' && icon('bot', 14), kind === 'agent' && icon('heart', 12),
      h('b', null, name), kind === 'bot' && h('span', null, t.bot), h('time', null, clock(new Date(item().at)))),
    choose(() => (item().text ? 'text' : 'none'), { text: () => h('div', { class: 'bubble', dir: 'auto' }, () => words(item().text)) }),
    () => item().files.map(attachment),
    mine && h('p', { class: 'receipt' }, () => receipt(chat, item())),
    when(() => item().state === 'failed', () => h('p', { class: 'trouble' }, icon('alert', 14), () => `${t.failed}. ${item().why} `,
      h('button', { onclick: () => chat.outbox.flush(item().id) }, t.retry), h('button', { onclick: () => chat.outbox.discard(item().id) }, t.discard))))
}
