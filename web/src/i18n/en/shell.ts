import { pluralEn as n } from '../plural'

export const areas = {
  desk: 'Conversations',
  search: 'Search',
  customers: 'Customers',
  knowledge: 'Knowledge',
  floor: 'Floor',
  twin: 'Twin',
  admin: 'Administration',
}

export const shell = {
  home: 'Battito, go to conversations',
  factorWanted: (day: string | null) =>
    `${day ? `From ${day}` : 'Soon'} signing in takes a second step too. Set it up now: it takes a minute.`,
  factorNow: 'Set up',
  factorLater: 'Later',
  find: 'Search or command: customers, conversations, actions',
  sections: 'Sections',
  skip: 'Skip to content',
  preferences: 'Preferences',
  signOut: 'Sign out',
  pulse: (count: number) =>
    n(
      count,
      '# message from customers in the last 60 seconds',
      '# messages from customers in the last 60 seconds',
    ),
  resizeList: 'Width of the list',
  resizeSide: 'Width of the customer panel',
  unreachable: 'The server does not answer',
  unreachableMore: 'Check the network. What you had written is safe on this computer.',
  nowhere: 'There is nothing here',
  nowhereMore: 'The address is wrong, or the page no longer exists.',
}

export const presence = {
  change: 'Change your state',
  states: { available: 'Available', busy: 'Busy', away: 'Away', offline: 'Offline' },
  busyReasons: ['Paperwork', 'Meeting', 'Training'],
  awayReasons: ['Break', 'Lunch'],
  offlineHint: 'You are offline: you get no work.',
  inContact: 'In a conversation',
  wrapUp: 'Wrap-up',
  offered: 'Work on offer',
  aside: (clock: string | null) => (clock ? `no work for ${clock}` : 'no work for now'),
  asideMore: 'You did not answer an offer: say so here, and work goes on.',
  asideTitle: 'You get no work.',
  asideWhy: (clock: string | null) =>
    clock
      ? `You did not answer an offer: it goes on in ${clock}, or when you say so.`
      : 'You did not answer an offer: it goes on when you say so.',
  back: 'I am back',
  since: (clock: string) => `for ${clock}`,
  next: (state: string) => `next: ${state}`,
  queued: 'Your state changes when the contact ends',
}

export const help = {
  ask: 'Ask for help',
  change: 'Change or take back your call for help',
  words: 'raise hand help supervisor question',
  title: 'Ask for help',
  lead: 'Whoever leads the floor sees it at once, wherever they are.',
  text: 'What you need (optional)',
  about: (who: string) => `With ${who}’s conversation`,
  raise: 'Raise your hand',
  update: 'Update',
  lower: 'Not needed any more',
  up: 'Your hand is up',
  upSince: (clock: string) => `Your hand has been up for ${clock}.`,
  raised: 'Hand raised: whoever leads the floor sees it.',
  lowered: 'Hand lowered',
  coming: (who: string) => `${who} is coming to help you.`,
  said: (who: string, text: string) => (who ? `${who}: ${text}` : text),
  messages: 'From your team',
  toAll: 'to everybody',
  read: 'Read',
  setFor: (who: string, state: string) => `${who} changed your state: ${state.toLowerCase()}.`,
  day: 'Your day',
  dayWords: 'today times contacts conversations statistics',
}

export const notices = {
  heading: 'For you',
  none: 'No notices',
  bell: (count: number) => (count === 0 ? 'Notices' : n(count, 'Notices, # new', 'Notices, # new')),
  title: (kind: 'assigned' | 'message' | 'mention' | 'hand' | 'floor', who: string) =>
    ({
      hand: `${who} asks for help`,
      floor: 'From the floor',
      assigned: `${who}: now yours`,
      message: `${who} wrote`,
      mention: `${who} mentioned you`,
    })[kind],
}

export const link = {
  live: 'Live',
  liveIn: (ms: number) => `Live, ${ms} ms`,
  off: 'Not connected',
  saved: 'All saved',
  savingDrafts: 'Saving drafts',
  leaving: (count: number) => n(count, '# message on its way', '# messages on their way'),
  lost: 'Connection lost.',
  age: (words: string) => `The data is ${words} old.`,
  kept: (count: number) =>
    n(
      count,
      '# message leaves as soon as the network is back.',
      '# messages leave as soon as the network is back.',
    ),
  goOn: 'You can go on writing: nothing is lost.',
  trying: 'Reconnecting…',
  retryIn: (seconds: number) => `Trying again in ${seconds} s`,
  retryNow: 'Try now',
}

export const prefs = {
  look: 'Look',
  theme: 'Theme',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  density: 'Density',
  densities: { compact: 'Compact', cosy: 'Cosy', roomy: 'Roomy' },
  language: 'Language',
  attention: 'Attention',
  sound: 'Sound',
  soundHint: 'Two soft notes when a customer writes to you or a conversation becomes yours.',
  notifications: 'Desktop notifications',
  notificationsHint: 'Only while Battito is not in front of you.',
  notificationsRefused:
    'The browser does not allow notifications: you can change this in the site’s settings.',
  writing: 'Writing',
  hold: 'Time to undo sending',
  holds: (seconds: number) => (seconds === 0 ? 'None' : `${seconds} seconds`),
  keys: 'See and change the keys',
  sessions: 'Where you are signed in',
  unknownDevice: 'Unknown device',
  thisOne: 'this one',
  endSession: 'Sign out there',
}
