/** The words of the chat protocol (src/battito/channels/webchat/README.md), as the widget reads and writes them. */

export interface Field {
  key: string
  kind: 'text' | 'email' | 'phone' | 'number' | 'select' | 'long'
  label: string
  help: string
  required: boolean
  options: { value: string; label: string }[]
}
export interface Consent { purpose: string; version: string; text: string; link: string; required: boolean }
export interface Slot { from: string; to: string }

/** What a widget is, in the visitor's language. */
export interface Config {
  site: string
  lang: string
  languages: string[]
  name: string
  logo: string
  theme: { scheme: 'auto' | 'light' | 'dark'; accent: string; on_accent: string; text_light: string; text_dark: string }
  texts: { greeting: string; intro: string; closed: string }
  fields: Field[]
  consents: Consent[]
  open: boolean
  opens_at: string | null
  closed_modes: ('message' | 'callback')[]
  callback: { slots: Slot[] }
  bot: string | null
  files: { max_bytes: number; types: string[]; max_count: number }
  voice_seconds: number
  text_limit: number
  transcript: boolean
  survey: boolean
}

export type AuthorKind = 'customer' | 'agent' | 'bot' | 'system'
export interface Attachment { id: string; name: string; type: string; size: number; url: string; duration: number | null }
export interface ServerMessage {
  id: string
  seq: number
  client_id: string | null
  author: { kind: AuthorKind; name: string }
  text: string
  files: Attachment[]
  at: string
}
export interface State {
  conversation_id: string | null
  status: 'new' | 'bot' | 'waiting' | 'agent' | 'ended'
  name: string | null
  position: number | null
  wait_s: number | null
  delivered: number
  read: number
  /** Up to where the visitor has seen the conversation, on any page. */
  seen: number
  rated: boolean
}

export type Up =
  | { type: 'hello'; token: string; conversation_id: string | null; after: number; lang: string }
  | { type: 'message'; id: string; text: string; files: string[] }
  | { type: 'typing'; on: boolean }
  | { type: 'read'; seq: number }
  | { type: 'page'; url: string; title: string }
  | { type: 'person' | 'end' | 'again' | 'ping' }
  | { type: 'rating'; score: number; comment: string }

export type Down =
  | { type: 'welcome'; state: State; messages: ServerMessage[]; more: boolean; reset: boolean }
  | { type: 'message'; message: ServerMessage }
  | { type: 'ack'; id: string }
  | { type: 'state'; state: State }
  | { type: 'typing'; on: boolean; name: string | null }
  | { type: 'token'; token: string; expires_in: number }
  | { type: 'error'; code: string; detail: string; id: string | null; retry_after: number | null }
  | { type: 'bye'; reason: string; retry_after: number }
  | { type: 'pong' }

export interface Opened { session: string; secret: string; token: string; expires_in: number }
