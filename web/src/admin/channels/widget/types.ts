/** The settings of a chat widget, as the server keeps them. */
import type { Id } from '../../../api/types'

export type Words = Record<string, string>

export interface Question {
  key: string
  label: Words
  kind: 'text' | 'email' | 'phone' | 'number' | 'select' | 'long'
  required: boolean
  help: Words
  options: { value: string; label: Words }[]
  attribute: string | null
}

export interface ConsentAsked {
  purpose: string
  text: Words
  version: string
  required: boolean
  link: Words
  channel: string
}

export interface Opening {
  days: number[]
  opens: string
  closes: string
}

export interface WidgetSettings {
  site_key: string
  name: string
  origins: string[]
  languages: string[]
  theme: { accent: string; scheme: 'auto' | 'light' | 'dark'; side: 'left' | 'right'; logo: string }
  texts: { launcher: Words; greeting: Words; intro: Words; closed: Words }
  fields: Question[]
  consents: ConsentAsked[]
  hours: {
    /** A calendar of the workspace that says it, in place of the rest. */
    calendar?: Id | null
    week: Opening[]
    timezone: string
    holidays: string
    closures: { first: string; last: string }[]
  }
  when_closed: string[]
  files: { types: string[]; max_bytes: number; max_count: number; voice_seconds: number }
  triggers: { text: Words; after_s: number; pages: string[] }[]
  text_limit: number
  agent_names: 'full' | 'first' | 'none'
  transcript: boolean
  survey: boolean
  session_days: number
  identity_audience: string
  identity_issuer: string
}
