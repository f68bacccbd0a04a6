import { get, patch, post, del } from '../../api/client'
import type { ConversationPage, Id, Page } from '../../api/types'

export type Scope = 'mine' | 'team' | 'brand' | 'all'

/** For whom something is kept. */
export interface Audience {
  scope: Scope
  team_id: Id | null
  brand_id: Id | null
}

export interface Reply extends Audience {
  id: Id
  name: string
  shortcut: string
  text: string
  language: string | null
  variables: string[]
  can_edit: boolean
  version: number
}

/** One step of a macro; which fields it has depends on what it does. */
export interface Step {
  do:
    | 'reply'
    | 'note'
    | 'label'
    | 'assign'
    | 'priority'
    | 'snooze'
    | 'subject'
    | 'resolve'
    | 'reopen'
    | 'follow'
  text?: string
  canned_reply_id?: Id | null
  add?: Id[]
  remove?: Id[]
  me?: boolean
  user_id?: Id | null
  team_id?: Id | null
  queue_id?: Id | null
  priority?: string
  words?: string
  until_reply?: boolean
}

export interface MacroOf extends Audience {
  id: Id
  name: string
  description: string
  steps: Step[]
  can_edit: boolean
  version: number
}

export interface Filled {
  text: string
  missing: string[]
}

export interface StepSeen {
  do: Step['do']
  text: string
  missing: string[]
  problem: string | null
}

export type ReplyBody = Audience & Pick<Reply, 'name' | 'shortcut' | 'text' | 'language'>
export type MacroBody = Audience & Pick<MacroOf, 'name' | 'description' | 'steps'>

export const replies = async () => (await get<Page<Reply>>('/canned-replies', { limit: 500 })).items
export const variables = () => get<Record<string, string>>('/canned-replies/variables')
export const saveReply = (id: Id | null, body: ReplyBody, version?: number) =>
  id
    ? patch<Reply>(`/canned-replies/${id}`, body, version === undefined ? {} : { version })
    : post<Reply>('/canned-replies', body)
export const dropReply = (id: Id) => del<{ undo: Id | null }>(`/canned-replies/${id}`)
export const tryText = (conversation_id: Id, text: string) =>
  post<Filled>('/canned-replies/preview', { conversation_id, text })

export const macros = async () => (await get<Page<MacroOf>>('/macros')).items
export const saveMacro = (id: Id | null, body: MacroBody, version?: number) =>
  id
    ? patch<MacroOf>(`/macros/${id}`, body, version === undefined ? {} : { version })
    : post<MacroOf>('/macros', body)
export const dropMacro = (id: Id) => del<{ undo: Id | null }>(`/macros/${id}`)
export const previewMacro = (id: Id, conversation_id: Id) =>
  post<{ steps: StepSeen[] }>(`/macros/${id}/preview`, { conversation_id })

/** Some conversations to try things on. */
export const examples = async () =>
  (await get<ConversationPage>('/conversations', { view: 'all', status: 'all', order: 'recent', limit: 20 }))
    .items
