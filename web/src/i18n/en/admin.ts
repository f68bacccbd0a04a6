import type { AdminMessages } from '../it/admin'
import { account } from './admin-account'
import { audit } from './admin-audit'
import { channels, payloads, queues, settings } from './admin-channels'
import { conditions, segments } from './admin-conditions'
import { companies, consent, contacts, fields, imports, labels, views } from './admin-contacts'
import { form } from './admin-form'
import { factorPolicy, people, permissionGroups, permissions, roles, teams } from './admin-people'
import { thresholds } from './admin-floor'
import { ready } from './admin-ready'
import { jobs, keys, privacy, signOn, workspace } from './admin-system'
import { dispositions, limits, queueRules, routing, skills } from './admin-routing'
import { rules } from './admin-rules'
import { calendars, sla } from './admin-sla'
import { widget } from './admin-widget'

/** English: complete, or it does not compile. */
export const admin: AdminMessages = {
  account,
  audit,
  calendars,
  channels,
  companies,
  conditions,
  consent,
  dispositions,
  contacts,
  factorPolicy,
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
  rules,
  segments,
  settings,
  signOn,
  skills,
  sla,
  teams,
  thresholds,
  views,
  widget,
  workspace,
}
