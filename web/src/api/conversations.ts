import { del, get, patch, post, put, type Query } from './client'
import type {
  Attachment,
  BulkDone,
  CannedReply,
  ChannelKind,
  ConversationDetail,
  ConversationPage,
  ConversationRow,
  Done,
  Draft,
  EmailFields,
  Id,
  Label,
  Macro,
  Message,
  Mode,
  NewMessage,
  Page,
  Priority,
  Queue,
  SearchHit,
  StepPreview,
  Time,
  Undone,
  View,
} from './types'

const at = (id: Id) => `/conversations/${id}`

export const list = (query: Query, signal?: AbortSignal) =>
  get<ConversationPage>('/conversations', query, signal)
export const one = (id: Id, signal?: AbortSignal) => get<ConversationDetail>(at(id), undefined, signal)
export const messages = (id: Id, query: { before?: number; after?: number; limit?: number }) =>
  get<{ items: Message[]; more: boolean }>(`${at(id)}/messages`, query)

/** To whom: one of them. What is left out stays as it is, null empties it; the owner is always set (or released). */
export interface Target {
  user_id?: Id | null
  team_id?: Id | null
  queue_id?: Id | null
}

export const send = (id: Id, message: NewMessage) =>
  post<Message>(`${at(id)}/messages`, message, { key: message.client_id })
export const start = (body: {
  channel: string
  account_id?: Id
  contact_id?: Id
  to?: string
  subject: string
  text: string
  client_id: string
}) => post<ConversationDetail>('/conversations', body, { key: body.client_id })
export const change = (
  id: Id,
  body: { subject?: string; priority?: Priority; labels?: Id[] },
  version?: number,
) => patch<Done>(at(id), body, version === undefined ? {} : { version })
export const assign = (id: Id, target: Target) => post<Done>(`${at(id)}/assign`, target)
export const transfer = (id: Id, target: Target & { note?: string; keep_place?: boolean }) =>
  post<Done>(`${at(id)}/transfer`, target)
export const resolve = (id: Id) => post<Done>(`${at(id)}/resolve`)
export const reopen = (id: Id) => post<Done>(`${at(id)}/reopen`)
export const snooze = (id: Id, body: { until?: Time; words?: string; until_reply?: boolean }) =>
  post<Done>(`${at(id)}/snooze`, body)
export const parseSnooze = (words: string, signal?: AbortSignal) =>
  post<{ until: Time; text: string }>('/snooze/parse', { words }, signal ? { signal } : {})
export const read = (id: Id, seq: number) => post<Done>(`${at(id)}/read`, { seq })
export const follow = (id: Id) => post<Done>(`${at(id)}/follow`)
export const unfollow = (id: Id) => post<Done>(`${at(id)}/unfollow`)
export const merge = (id: Id, into: Id) => post<Done>(`${at(id)}/merge`, { into })
export const split = (id: Id, message_ids: Id[], subject: string) =>
  post<Done & { created: ConversationRow }>(`${at(id)}/split`, { message_ids, subject })
export const link = (id: Id, other: Id) => post<Done>(`${at(id)}/link`, { other })
export const unlink = (id: Id, other: Id) => post<Done>(`${at(id)}/unlink`, { other })
export const bulk = (ids: Id[], action: string, args: Record<string, unknown> = {}) =>
  post<BulkDone>('/conversations/bulk', { ids, action, arguments: args })
export const undo = (id: string) => post<Undone>(`/undo/${id}`)
export const retry = (messageId: Id) => post<Message>(`/messages/${messageId}/retry`)

export interface DraftBody {
  text: string
  attachments?: Id[]
  email?: EmailFields
  version?: number
}
export const saveDraft = (id: Id, mode: Mode, body: DraftBody) => put<Draft>(`${at(id)}/drafts/${mode}`, body)
export const dropDraft = (id: Id, mode: Mode) => del<undefined>(`${at(id)}/drafts/${mode}`)

/** A note of one's own comes back by `undo`; a message only where its channel takes it back. */
export const takeBack = (messageId: Id) =>
  del<{ message: Message; undo: string | null }>(`/messages/${messageId}`)
export const queues = () => get<{ items: Queue[] }>('/queues')
export const channels = () => get<{ items: ChannelKind[] }>('/channels')

export const labels = () => get<Page<Label>>('/labels')
export const views = () => get<Page<View>>('/views')
export const addView = (body: {
  name: string
  filters: Record<string, unknown>
  order: string
  shared?: boolean
}) => post<View>('/views', body)
export const dropView = (id: Id) => del<undefined>(`/views/${id}`)
export const canned = (q: string, conversation_id: Id, signal?: AbortSignal) =>
  get<Page<CannedReply>>('/canned-replies', { q, conversation_id, limit: 20 }, signal)
export const previewCanned = (id: Id, conversation_id: Id) =>
  post<{ text: string; html: string | null; missing: string[]; attachments: Attachment[] }>(
    `/canned-replies/${id}/preview`,
    {
      conversation_id,
    },
  )
export const macros = () => get<Page<Macro>>('/macros')
export const previewMacro = (id: Id, conversation_id: Id) =>
  post<{ steps: StepPreview[] }>(`/macros/${id}/preview`, { conversation_id })
export const runMacro = (id: Id, conversation_id: Id) => post<Done>(`/macros/${id}/run`, { conversation_id })
export const search = (query: Query, signal?: AbortSignal) => get<Page<SearchHit>>('/search', query, signal)
