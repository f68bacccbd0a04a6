import { t } from '../i18n'
import { h, when, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import { signal } from '../kit/reactive'
import type { Chat } from '../model/chat'

/** The few actions that are not writing: a disclosure with buttons, closed by Esc, by leaving it, and by choosing. */
export function menu(chat: Chat): Child {
  const open = signal(false)
  const button = h('button', {
    class: 'round', 'aria-label': t.menu, title: t.menu, 'aria-expanded': () => `${open()}`, onclick: () => open.set(!open()),
  }, icon('more'))
  const item = (label: string, act: () => void): Child =>
    h('li', null, h('button', { onclick: () => { open.set(false); button.focus(); act() } }, label))
  const talking = (): boolean => chat.phase() === 'chat'
  return h('div', {
    class: 'menu',
    onkeydown: (e: KeyboardEvent) => {
      if (e.key !== 'Escape' || !open()) return
      e.stopPropagation()
      open.set(false)
      button.focus()
    },
    onfocusout: (e: FocusEvent) => {
      if (!(e.currentTarget as Element).contains(e.relatedTarget as Node | null)) open.set(false)
    },
  }, button, when(open, () => h('ul', null,
    when(() => talking() && chat.config.transcript && chat.log.last > 0, () => item(t.transcript, () => chat.sheet.set('transcript'))),
    when(() => talking() && !['new', 'ended'].includes(chat.state().status), () => item(t.end, () => chat.end())),
    chat.config.languages.length > 1 && item(t.language, () => void chat.load(t.languageCode)),
    when(talking, () => item(t.forget, () => void chat.forget())),
  )))
}
