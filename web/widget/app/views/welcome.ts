import { clock, day, t } from '../i18n'
import { h, when, type Child } from '../kit/dom'
import { signal } from '../kit/reactive'
import type { Refused } from '../model/account'
import type { Chat } from '../model/chat'
import type { Consent, Field, Slot } from '../protocol'
import { field, guide, wrong, type Errors } from './form'
import { notice } from './notice'

const own = (key: string, kind: Field['kind'], label: string, options: Field['options'] = []): Field =>
  ({ key, kind, label, help: '', required: true, options })

function consent(c: Consent, errors: Errors): Child {
  const name = `consent:${c.purpose}`
  return h('p', { class: 'consent' }, h('label', null,
    h('input', { type: 'checkbox', name, required: c.required, 'aria-invalid': () => `${name in errors()}`, onchange: () => errors.set({}) }),
    h('span', null, c.text, ' ', c.link && h('a', { href: c.link, target: '_blank', rel: 'noopener', title: t.newTab }, t.policy), c.required && h('span', { class: 'must', 'aria-hidden': 'true' }, ' *'))))
}

const slotWords = (slot: Slot): string => `${day(new Date(slot.from))}, ${clock(new Date(slot.from))}–${clock(new Date(slot.to))}`

/** What is asked before a conversation starts; when closed, a message or a callback is taken instead. */
export function welcome(chat: Chat): Child {
  const { config } = chat
  const modes = config.open ? [] : config.closed_modes
  const mode = signal(config.open ? 'chat' : (modes[0] ?? 'message'))
  const errors: Errors = signal({})
  const busy = signal(false)
  const calling = (): boolean => mode() === 'callback'
  const slots = [{ value: '', label: t.soon }, ...config.callback.slots.map((s) => ({ value: s.from, label: slotWords(s) }))]
  // left without an address, a message written while everybody is out could not be answered
  const needed = (f: Field) => () => f.required || (f.kind === 'email' && mode() === 'message')

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    errors.set(wrong(form))
    if (Object.keys(errors()).length || busy()) return
    busy.set(true)
    const data = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]))
    const { message = '', callback_phone: phone = '', callback_when: at = '', ...rest } = data
    const answers = Object.fromEntries(config.fields.map((f) => [f.key, rest[f.key] ?? '']).filter(([, value]) => value))
    const consents = config.consents.map((c) => ({ purpose: c.purpose, version: c.version, given: `consent:${c.purpose}` in data }))
    try {
      await chat.start({ fields: answers, consents })
      if (phone) await chat.call(phone, at, message, slots.find((s) => s.value === at)?.label ?? t.soon)
      else if (message) await chat.send(message)
    } catch (refusal) {
      const { fields: named, message: why } = refusal as Refused
      if (Object.keys(named).length) errors.set(named)
      else chat.notice.set(why || t.unavailable)
    }
    busy.set(false)
  }

  return h('main', { class: 'welcome' },
    h('h2', null, config.texts.greeting),
    h('p', { class: 'intro' }, config.open ? config.texts.intro : config.texts.closed || config.texts.intro),
    notice(chat),
    modes.length > 1 && h('div', { class: 'modes', role: 'group' }, modes.map((name) =>
      h('button', { type: 'button', 'aria-pressed': () => `${mode() === name}`, onclick: () => mode.set(name) }, name === 'message' ? t.leave : t.call))),
    h('form', { noValidate: true, onsubmit: (e: Event) => void submit(e), use: (form: Element) => guide(form as HTMLFormElement, errors) },
      config.fields.map((f) => field(f, errors, needed(f))),
      when(calling, () => [field(own('callback_phone', 'phone', t.yourPhone), errors), field(own('callback_when', 'select', t.when, slots), errors, () => false)]),
      when(() => mode() !== 'chat', () => field(own('message', 'long', t.yourMessage), errors, () => !calling())),
      config.consents.map((c) => consent(c, errors)),
      config.bot && config.open && h('p', { class: 'machine-note' }, t.botFirst(config.bot)),
      h('button', { class: 'primary', disabled: busy }, () => (mode() === 'chat' ? t.start : calling() ? t.askCall : t.sendMessage))))
}
