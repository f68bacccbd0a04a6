import { t } from '../i18n'
import { h, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import { signal } from '../kit/reactive'
import type { Refused } from '../model/account'
import type { Chat } from '../model/chat'
import { field, wrong, type Errors } from './form'

/** Asks where the conversation should go; Esc and the cross close it, and the focus returns to the message box. */
export function transcript(chat: Chat): Child {
  const errors: Errors = signal({})
  const close = (): void => {
    chat.sheet.set(null)
    requestAnimationFrame(() => document.getElementById('write')?.focus())
  }
  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    errors.set(wrong(form))
    if (Object.keys(errors()).length) return
    try {
      await chat.transcript(String(new FormData(form).get('email')))
      close()
    } catch (refusal) {
      errors.set({ email: (refusal as Refused).message || t.unavailable })
    }
  }
  return h('form', {
    class: 'sheet', noValidate: true, 'aria-label': t.transcript, onsubmit: (e: Event) => void submit(e),
    onkeydown: (e: KeyboardEvent) => { if (e.key === 'Escape') { e.stopPropagation(); close() } },
    use: (form: Element) => requestAnimationFrame(() => form.querySelector('input')?.focus()),
  },
    h('h2', null, t.transcript),
    h('button', { type: 'button', class: 'round', 'aria-label': t.close, onclick: close }, icon('close', 18)),
    field({ key: 'email', kind: 'email', label: t.yourEmail, help: '', required: true, options: [] }, errors),
    h('button', { class: 'primary' }, t.send))
}
