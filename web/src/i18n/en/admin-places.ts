import type { Messages } from '../it'

export const adminPlaces: Messages['adminPlaces'] = {
  go: (page) => `Go to administration: ${page}`,
  groups: {
    people: 'People',
    channels: 'Channels',
    customers: 'Customers',
    work: 'Work',
    safety: 'Security',
    system: 'System',
  },
  names: {
    people: 'People',
    teams: 'Teams',
    roles: 'Roles',
    channels: 'Channels',
    queues: 'Queues',
    payloads: 'Not understood',
    contacts: 'Contacts',
    companies: 'Companies',
    import: 'Import',
    labels: 'Labels',
    views: 'Saved views',
    fields: 'Fields',
    'sign-on': 'Single sign-on',
    'api-keys': 'API keys',
    audit: 'Audit log',
    privacy: 'Retention',
    workspace: 'Workspace and brands',
    jobs: 'Background work',
  },
}
