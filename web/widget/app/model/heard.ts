/** What the server says, taken into the conversation. */
import { t } from '../i18n'
import type { Down } from '../protocol'
import type { Chat } from './chat'

let silence = 0

export function take(chat: Chat, frame: Down): void {
  if (frame.type === 'welcome') {
    if (frame.reset) chat.log.clear()
    if (frame.reset || !chat.log.last) chat.more.set(frame.more)
    chat.log.take(frame.messages)
    for (const m of frame.messages) if (m.client_id) chat.outbox.done(m.client_id)
    chat.state.set(frame.state)
    chat.shown = Math.max(chat.shown, frame.state.seen)
    if (chat.page) chat.link.send({ type: 'page', ...chat.page })
    chat.seen()
    chat.outbox.flush()
  } else if (frame.type === 'ack') {
    chat.log.change(frame.id, { state: 'sent', why: '' })
    chat.outbox.done(frame.id)
  } else if (frame.type === 'message') {
    chat.log.take([frame.message])
    if (frame.message.client_id) chat.outbox.done(frame.message.client_id)
    else chat.typing.set(null)
  } else if (frame.type === 'state') {
    if (frame.state.status !== 'bot' && chat.notice() === t.personAsked) chat.notice.set('')
    chat.state.set(frame.state)
  } else if (frame.type === 'typing') {
    chat.typing.set(frame.on ? (frame.name ?? t.somebody) : null)
    clearTimeout(silence)
    silence = setTimeout(() => chat.typing.set(null), 6000)
  } else if (frame.type === 'token') chat.account.renewed(frame.token, frame.expires_in)
  else if (frame.type === 'error') {
    if (frame.id) chat.outbox.refuse(frame.id, frame.detail, frame.retry_after ?? 0)
    else chat.notice.set(frame.detail)
  }
}
