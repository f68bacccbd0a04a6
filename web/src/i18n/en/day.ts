import type { DayMessages } from '../it/day'
import { pluralEn as n } from '../plural'

export const day: DayMessages = {
  title: 'Your day',
  lead: 'Your figures of today. They are yours: you always see them, also where reports show no single people.',
  now: 'Now',
  since: (clock) => `for ${clock}`,
  next: (state) => `at the end of the contact: ${state}`,
  line: 'How the time went',
  lineLabel: (text) => `Your time since you began: ${text}`,
  kinds: {
    handling: 'In conversation',
    wrap: 'Wrap-up',
    idle: 'Available',
    busy: 'Busy',
    away: 'Away',
    offline: 'Offline',
  },
  steps: (count) => n(count, '# step', '# steps'),
  nothing: 'There is nothing to tell of today yet.',
  contacts: 'Contacts',
  channel: 'Channel',
  answered: 'Taken',
  handled: 'Finished',
  mean: 'Mean time',
  total: 'Altogether',
  none: 'None yet.',
  occupancy: 'Occupancy',
  occupancyOf: (busy, all) => `${busy} with customers of ${all}`,
  noTime: 'nothing to count yet',
  offers: 'Offers',
  offersOf: (accepted, made) => `${accepted} accepted of ${made}`,
  missed: (declined, expired) =>
    `${n(declined, '# declined', '# declined')}, ${n(expired, '# without an answer', '# without an answer')}`,
  noOffers: 'none',
  failed: 'Your day cannot be shown now',
}
