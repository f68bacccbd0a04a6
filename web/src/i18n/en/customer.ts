import { pluralEn as n } from '../plural'

export const customer = {
  panel: 'Customer',
  open: 'Open the customer’s page',
  find: 'Name, address, number',
  nobody: 'No customer with these words',
  choose: 'Choose a customer',
  openCount: (count: number) => n(count, '# open', '# open'),
  noConversations: 'No conversations',
  failed: 'I cannot read the customer',
  name: 'Name',
  since: (year: string) => `Customer since ${year}`,
  firstTime: 'First contact',
  edit: 'Edit',
  add: 'add',
  care: 'How they wish to be looked after',
  addCare: 'Add a care preference',
  removeCare: (text: string) => `Remove: ${text}`,
  careExample: 'for example: prefers to be called in the morning',
  openNow: 'Open now',
  ofAll: (count: number) => `of ${n(count, '# in all', '# in all')}`,
  lately: 'Last 30 days',
  conversations: (count: number): string => (count === 1 ? 'conversation' : 'conversations'),
  identities: 'Addresses and numbers',
  addIdentity: 'Add an address or number',
  identityExample: 'e-mail address or phone number',
  verified: 'verified',
  copy: (value: string) => `Copy ${value}`,
  attributes: 'Facts',
  allAttributes: 'all fields',
  onlyFilled: 'filled ones only',
  note: 'Good to know',
  noNote: 'Add something colleagues must know',
  same: 'Perhaps the same person',
  join: 'Merge',
  notSame: 'Not the same',
  joined: (name: string) => `${name} was merged into this customer`,
  consents: 'Consents',
  journey: 'Their journey',
  contactsSince: (count: number) => n(count, '# contact', '# contacts'),
  steps: {
    consent: (purpose: string, granted: boolean) => `Consent, ${purpose}: ${granted ? 'yes' : 'no'}`,
    merge: (name: string) => `Merged with ${name}`,
  },
  earlier: 'Show earlier ones',
}

export const purposes = {
  contact: 'contact',
  marketing: 'marketing',
  newsletter: 'news',
  privacy: 'privacy notice',
  profiling: 'profiling',
  recording: 'recording',
  service: 'service',
  survey: 'surveys',
}

export const start = {
  write: 'Write',
  title: 'New conversation',
  to: 'To whom: a customer or an address',
  text: 'Message',
  noChannel: 'No connected channel lets us write first.',
}

export const identityKinds = {
  email: 'E-mail',
  phone: 'Phone',
  visitor: 'Visitor of the site',
  handle: 'Profile',
  external: 'External code',
}

export const search = {
  label: 'Search',
  placeholder: 'Words, a name, a number, an address',
  where: 'Where',
  kinds: { messages: 'Messages', notes: 'Notes', contacts: 'Customers' },
  since: 'since',
  begin: 'Search all conversations',
  beginMore:
    'It also finds related words and misspelt names. Quotes find the exact phrase; you can also write from:teresa, status:open, has:attachment.',
  none: (words: string) => `Nothing for “${words}”`,
  noneMore: 'Try fewer words or remove a filter.',
  found: (count: number) => n(count, '# result', '# results'),
  more: 'More results',
}
