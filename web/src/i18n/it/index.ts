import { channels, common, priority, problems, status, time } from './common'
import { activity } from './activity'
import { adminPlaces } from './admin-places'
import { assign, filters, inbox, join, labels, sla, snooze } from './inbox'
import { commands, hints, keys, macros } from './commands'
import { customer, identityKinds, purposes, search, start } from './customer'
import { done } from './done'
import { areas, help, link, notices, prefs, presence, shell } from './shell'
import { roles, setup, signin } from './signin'
import { compose, guard, message, present, sending, talk } from './talk'
import { offers, why, wrapUp } from './routing'
import { auto, delivery, flags, leftOut, mail, rejected, rich, undelivered } from './mail'

/** Italian: the source. Every other language must say all of this. */
export const it = {
  activity,
  adminPlaces,
  areas,
  assign,
  auto,
  channels,
  commands,
  common,
  compose,
  customer,
  delivery,
  done,
  filters,
  flags,
  guard,
  help,
  hints,
  identityKinds,
  inbox,
  join,
  keys,
  labels,
  leftOut,
  link,
  macros,
  mail,
  message,
  notices,
  offers,
  prefs,
  presence,
  present,
  priority,
  problems,
  purposes,
  rejected,
  rich,
  roles,
  search,
  sending,
  setup,
  shell,
  signin,
  sla,
  snooze,
  start,
  status,
  talk,
  time,
  undelivered,
  why,
  wrapUp,
}

export type Messages = typeof it
