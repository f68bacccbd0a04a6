/** A page of the administration: shown to those who hold any of its permissions. */
export interface Place {
  key: PlaceKey
  group: GroupKey
  may: readonly string[]
}

export type GroupKey = 'people' | 'channels' | 'customers' | 'work' | 'safety' | 'system'
export type PlaceKey =
  | 'people'
  | 'teams'
  | 'roles'
  | 'channels'
  | 'queues'
  | 'skills'
  | 'dispositions'
  | 'routing'
  | 'rules'
  | 'thresholds'
  | 'calendars'
  | 'sla'
  | 'payloads'
  | 'contacts'
  | 'companies'
  | 'segments'
  | 'import'
  | 'replies'
  | 'macros'
  | 'labels'
  | 'views'
  | 'fields'
  | 'sign-on'
  | 'api-keys'
  | 'audit'
  | 'privacy'
  | 'workspace'
  | 'jobs'

/** In the order in which they are listed. */
export const places: readonly Place[] = [
  { key: 'people', group: 'people', may: ['users.manage'] },
  { key: 'teams', group: 'people', may: ['users.manage'] },
  { key: 'roles', group: 'people', may: ['users.manage'] },
  { key: 'channels', group: 'channels', may: ['channels.manage'] },
  { key: 'queues', group: 'channels', may: ['queues.manage'] },
  { key: 'rules', group: 'channels', may: ['queues.manage'] },
  { key: 'skills', group: 'channels', may: ['queues.manage'] },
  { key: 'dispositions', group: 'channels', may: ['queues.manage'] },
  { key: 'routing', group: 'channels', may: ['queues.manage'] },
  { key: 'thresholds', group: 'channels', may: ['floor.act'] },
  { key: 'calendars', group: 'channels', may: ['queues.manage'] },
  { key: 'sla', group: 'channels', may: ['queues.manage'] },
  { key: 'payloads', group: 'channels', may: ['conversations.raw'] },
  { key: 'contacts', group: 'customers', may: ['contacts.read'] },
  { key: 'companies', group: 'customers', may: ['contacts.read'] },
  { key: 'segments', group: 'customers', may: ['contacts.read'] },
  { key: 'import', group: 'customers', may: ['contacts.import'] },
  { key: 'replies', group: 'work', may: ['conversations.handle', 'replies.write'] },
  { key: 'macros', group: 'work', may: ['conversations.handle', 'replies.write'] },
  { key: 'labels', group: 'work', may: ['labels.write'] },
  { key: 'views', group: 'work', may: ['conversations.read'] },
  { key: 'fields', group: 'work', may: ['attributes.manage'] },
  { key: 'sign-on', group: 'safety', may: ['sign_on.manage'] },
  { key: 'api-keys', group: 'safety', may: ['api_keys.manage'] },
  { key: 'audit', group: 'safety', may: ['audit.read'] },
  { key: 'privacy', group: 'safety', may: ['privacy.manage'] },
  { key: 'workspace', group: 'system', may: ['workspace.manage'] },
  { key: 'jobs', group: 'system', may: ['jobs.manage'] },
]

export const groups: readonly GroupKey[] = ['people', 'channels', 'customers', 'work', 'safety', 'system']
