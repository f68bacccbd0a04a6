import { describe, expect, it } from 'vitest'
import type { Message } from '../../api/types'
import { firstUnreadOf } from '../../model/thread.svelte'
import type { Sending } from '../../model/outbox.svelte'
import { buildStream } from './stream'

let seq = 0
const message = (fields: Partial<Message> = {}): Message => {
  seq++
  return {
    id: `m${seq}`,
    conversation_id: 'a',
    seq,
    kind: 'message',
    author: { kind: 'customer', id: 'c', name: 'Teresa' },
    channel: 'webchat',
    text: '',
    html: null,
    folded: null,
    attachments: [],
    email: null,
    reply_to: null,
    mentions: [],
    status: 'received',
    error: null,
    auto: 'none',
    client_id: `k${seq}`,
    created_at: '2026-11-22T10:00:00Z',
    activity: null,
    edited_at: null,
    deleted_at: null,
    flags: [],
    ...fields,
  }
}
const sending = (client_id: string): Sending => ({
  conversationId: 'a',
  body: { client_id, kind: 'message', text: 'Ciao', attachments: [], mentions: [] },
  attachments: [],
  writtenAt: 0,
  goAt: 0,
  tries: 0,
  state: 'waiting',
  failure: null,
})

describe('buildStream', () => {
  it('never shows a message and its local copy together, and keeps their key', () => {
    const mine = message({ client_id: 'same', author: { kind: 'agent', id: 'me', name: 'Marta' } })
    expect(buildStream([], [sending('same')], null).map((one) => one.key)).toEqual(['same'])
    const after = buildStream([mine], [sending('same')], null).filter((one) => one.kind !== 'day')
    expect(after.map((one) => [one.kind, one.key])).toEqual([['message', 'same']])
  })

  it('joins what one person writes within minutes, but not across a day, a note or the unread line', () => {
    const list = [
      message(),
      message({ created_at: '2026-11-22T10:02:00Z' }),
      message({ created_at: '2026-11-22T10:20:00Z' }),
      message({ kind: 'note', created_at: '2026-11-22T10:21:00Z' }),
      message({ created_at: '2026-11-22T10:22:00Z' }),
      message({ created_at: '2026-11-23T12:00:00Z' }),
    ]
    const joined = buildStream(list, [], null).flatMap((one) => (one.kind === 'message' ? [one.joined] : []))
    expect(joined).toEqual([false, true, false, false, false, false])
    const unread = buildStream(list.slice(0, 2), [], list[1]?.id ?? '')
    expect(unread.map((one) => one.kind)).toEqual(['day', 'message', 'unread', 'message'])
    expect(unread.at(-1)).toMatchObject({ joined: false })
  })

  it('tells two people of the same name apart', () => {
    const list = [message(), message({ author: { kind: 'customer', id: 'other', name: 'Teresa' } })]
    expect(buildStream(list, [], null).at(-1)).toMatchObject({ joined: false })
  })
})

describe('firstUnreadOf', () => {
  it('stands before the last unread messages of the customer, whatever lies between', () => {
    const list = [
      message(),
      message({ kind: 'note' }),
      message(),
      message({ author: { kind: 'agent', id: 'x', name: 'P' } }),
    ]
    expect(firstUnreadOf(list, 1)).toBe(list[2]?.id)
    expect(firstUnreadOf(list, 9)).toBe(list[0]?.id)
    expect(firstUnreadOf(list, 0)).toBeNull()
  })
})
