import type { AdminMessages } from '../it/admin'
import { account } from './admin-account'
import { audit } from './admin-audit'
import { channels, payloads, queues, settings } from './admin-channels'
import { companies, consent, contacts, fields, imports, labels, views } from './admin-contacts'
import { faults, form } from './admin-form'
import { factorPolicy, people, permissionGroups, permissions, roles, teams } from './admin-people'
import { ready } from './admin-ready'
import { jobs, keys, privacy, signOn, workspace } from './admin-system'
import { dispositions, limits, queueRules, routing, skills } from './admin-routing'
import { widget } from './admin-widget'

/** English: complete, or it does not compile. */
export const admin: AdminMessages = {
  account,
  audit,
  channels,
  companies,
  consent,
  dispositions,
  contacts,
  factorPolicy,
  faults,
  fields,
  form,
  imports,
  jobs,
  keys,
  labels,
  limits,
  payloads,
  people,
  permissionGroups,
  permissions,
  privacy,
  queueRules,
  queues,
  ready,
  roles,
  routing,
  settings,
  signOn,
  skills,
  teams,
  views,
  widget,
  workspace,
}
