import { pluralEn as n } from '../plural'

export const common = {
  back: 'Back',
  close: 'Close',
  download: 'Download',
  loading: 'One moment, loading',
  next: 'Next',
  no: 'no',
  notices: 'Notices',
  previous: 'Previous',
  save: 'Save',
  tryAgain: 'Try again',
  undo: 'Undo',
  yes: 'yes',
}

export const time = {
  today: 'today',
  yesterday: 'yesterday',
  todayAt: (at: string) => `today at ${at}`,
  tomorrowAt: (at: string) => `tomorrow at ${at}`,
  at: (day: string, at: string) => `${day} at ${at}`,
  dayUnit: 'd',
  seconds: (count: number) => n(count, '# second', '# seconds'),
  minutes: (count: number) => n(count, '# minute', '# minutes'),
  hours: (count: number) => n(count, '# hour', '# hours'),
  days: (count: number) => n(count, '# day', '# days'),
}

export const channels = {
  bluesky: 'Bluesky',
  email: 'e-mail',
  instagram: 'Instagram',
  mastodon: 'Mastodon',
  messenger: 'Messenger',
  note: 'note',
  pec: 'PEC',
  review: 'review',
  sms: 'SMS',
  telegram: 'Telegram',
  voice: 'phone',
  webchat: 'chat',
  whatsapp: 'WhatsApp',
}

export const status = {
  open: 'To answer',
  waiting: 'Waiting on customer',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
}
export const priority = { low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent' }

export const problems = {
  offline: 'The network does not answer. What you wrote is safe here: try again shortly.',
  forbidden: 'Your role does not allow this. An administrator can add the permission.',
  'not-found': 'It is no longer there, or not in this workspace.',
  conflict: 'Somebody was faster: look at how it is now and try again.',
  stale: 'Somebody changed it meanwhile. You now see the new version: make your change on it.',
  'not-owner': 'Somebody else owns this conversation.',
  'too-many': 'Too many requests in a short time. Wait a few seconds and try again.',
  'too-large': 'This is too large to be taken.',
  unavailable: 'A part of the service does not answer. Nothing was lost: try again shortly.',
  internal: 'Something failed on our side. Nothing was lost: try again.',
  unauthenticated: 'Your session is over: sign in again.',
  gone: 'This can no longer be done: its time has passed.',
  invalid: (detail: string) =>
    detail || 'Something of what you wrote cannot be used: correct it and try again.',
  unknown: 'It did not work. Try again; if it happens again, tell your administrator.',
}
