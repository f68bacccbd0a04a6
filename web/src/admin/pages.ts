import type { Component } from 'svelte'
import type { PlaceKey } from './places'

type Loader = () => Promise<{ default: Component }>

/** Each page comes when it is opened. */
export const pages: Record<PlaceKey, Loader> = {
  people: () => import('./people/People.svelte'),
  teams: () => import('./people/Teams.svelte'),
  roles: () => import('./people/Roles.svelte'),
  channels: () => import('./channels/Channels.svelte'),
  queues: () => import('./routing/Queues.svelte'),
  rules: () => import('./rules/Rules.svelte'),
  skills: () => import('./routing/Skills.svelte'),
  dispositions: () => import('./routing/Dispositions.svelte'),
  routing: () => import('./routing/Routing.svelte'),
  thresholds: () => import('./floor/Thresholds.svelte'),
  calendars: () => import('./calendars/Calendars.svelte'),
  sla: () => import('./sla/Policies.svelte'),
  payloads: () => import('./channels/Payloads.svelte'),
  contacts: () => import('./contacts/Contacts.svelte'),
  companies: () => import('./contacts/Companies.svelte'),
  segments: () => import('./contacts/Segments.svelte'),
  import: () => import('./contacts/Import.svelte'),
  replies: () => import('./ready/Replies.svelte'),
  macros: () => import('./ready/Macros.svelte'),
  labels: () => import('./work/Labels.svelte'),
  views: () => import('./work/Views.svelte'),
  fields: () => import('./work/Fields.svelte'),
  'sign-on': () => import('./system/SignOn.svelte'),
  'api-keys': () => import('./system/ApiKeys.svelte'),
  audit: () => import('./system/Audit.svelte'),
  privacy: () => import('./system/Privacy.svelte'),
  workspace: () => import('./system/Workspace.svelte'),
  jobs: () => import('./system/Jobs.svelte'),
}
