/** The permissions as people think of them: side by side with what they go with. */
export const permissionGroups = {
  conversations: [
    'conversations.read',
    'conversations.handle',
    'conversations.handle_others',
    'conversations.bulk',
    'conversations.raw',
  ],
  customers: [
    'contacts.read',
    'contacts.write',
    'contacts.merge',
    'contacts.import',
    'contacts.export',
    'contacts.erase',
    'consent.write',
  ],
  shared: ['replies.write', 'labels.write', 'views.share'],
  floor: ['floor.watch', 'floor.act', 'reports.read', 'reports.individual', 'plans.manage'],
  service: ['channels.manage', 'queues.manage', 'attributes.manage', 'design.manage'],
  house: [
    'users.manage',
    'sign_on.manage',
    'api_keys.manage',
    'audit.read',
    'privacy.manage',
    'workspace.manage',
    'jobs.manage',
  ],
} as const

export type PermissionGroup = keyof typeof permissionGroups
export const groupKeys = Object.keys(permissionGroups) as PermissionGroup[]
