import { t } from '../i18n'
import { h, when, type Child } from '../kit/dom'
import { signal } from '../kit/reactive'
import type { Chat } from '../model/chat'

/** The end of a conversation: one question, five answers, and what one may do next. */
export function ended(chat: Chat): Child {
  const score = signal(0)
  const asked = (): boolean => chat.config.survey && !chat.state().rated
  const comment = h('textarea', { rows: 2, maxLength: 1000, 'aria-label': t.comment, placeholder: t.comment, dir: 'auto' })
  const survey = (): Child => h('form', { class: 'survey', onsubmit: (e: Event) => { e.preventDefault(); if (score()) chat.rate(score(), comment.value.trim()) } },
    h('fieldset', null, h('legend', null, t.ask),
      h('div', { class: 'scores' }, [1, 2, 3, 4, 5].map((n) => h('label', null,
        h('input', { type: 'radio', name: 'score', value: `${n}`, 'aria-label': t.score(n), onchange: () => score.set(n) }), h('span', { 'aria-hidden': 'true' }, n)))),
      h('p', { class: 'ends', 'aria-hidden': 'true' }, h('span', null, t.bad), h('span', null, t.good))),
    when(score, () => [comment, h('button', { class: 'primary' }, t.sendScore)]))
  return h('section', { class: 'ended', 'aria-label': t.ended },
    h('p', { class: 'day' }, t.ended),
    when(asked, survey),
    when(() => chat.state().rated, () => h('p', { class: 'thanks', role: 'status' }, t.thanks)),
    h('div', { class: 'actions' },
      h('button', { class: 'plain', onclick: () => chat.again() }, t.again),
      chat.config.transcript && h('button', { class: 'plain', onclick: () => chat.sheet.set('transcript') }, t.byEmail)))
}
