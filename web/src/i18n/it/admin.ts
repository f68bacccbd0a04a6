import { account } from './admin-account'
import { audit } from './admin-audit'
import { channels, payloads, queues, settings } from './admin-channels'
import { companies, consent, contacts, fields, imports, labels, views } from './admin-contacts'
import { faults, form } from './admin-form'
import { factorPolicy, people, permissionGroups, permissions, roles, teams } from './admin-people'
import { ready } from './admin-ready'
import { jobs, keys, privacy, signOn, workspace } from './admin-system'
import { widget } from './admin-widget'

/** The words of the administration, which come with its pages. */
export const admin = {
  account,
  audit,
  channels,
  companies,
  consent,
  contacts,
  factorPolicy,
  faults,
  fields,
  form,
  imports,
  jobs,
  keys,
  labels,
  payloads,
  people,
  permissionGroups,
  permissions,
  privacy,
  queues,
  ready,
  roles,
  settings,
  signOn,
  teams,
  views,
  widget,
  workspace,
}

export type AdminMessages = typeof admin
