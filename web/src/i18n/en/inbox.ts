import { pluralEn as n } from '../plural'

const empties: Record<string, string> = {
  mine: 'No conversation is yours',
  unassigned: 'The queue is empty',
  mentions: 'Nobody has mentioned you',
  followed: 'You follow no conversation',
}
const emptyHints: Record<string, string> = {
  mine: 'New ones come here by themselves.',
  unassigned: 'Every customer has somebody.',
  mentions: 'When a colleague writes @ and your name in a note, you find it here.',
  followed: 'Press F to follow the open one.',
}

export const inbox = {
  heading: 'Conversations',
  chooseView: 'Choose a view',
  views: { mine: 'Mine', unassigned: 'Queue', mentions: 'Mentions', followed: 'Followed', all: 'All' },
  savedViews: 'Saved views',
  saveView: 'Save this view…',
  saveViewLead: 'The view, filters and order of now, under a name.',
  viewName: 'Name of the view',
  shareView: 'Colleagues see it too',
  dropView: (name: string) => `Delete “${name}”`,
  order: 'Order',
  orders: { due: 'Urgent first', recent: 'Newest first', oldest: 'Oldest first' },
  filters: 'Filters',
  filtersOn: (count: number) => n(count, 'Filters, # on', 'Filters, # on'),
  clearFilters: 'Clear filters',
  groups: {
    live: 'Live',
    answer: 'To answer',
    waiting: 'Waiting on customer',
    snoozed: 'Snoozed',
    resolved: 'Resolved',
  },
  failed: 'I cannot read the conversations',
  empty: (view: string) => empties[view] ?? 'No conversation here',
  emptyMore: (view: string) => emptyHints[view] ?? '',
  emptyFiltered: 'No conversation with these filters',
  seeQueue: (count: number) => n(count, 'See the queue, # waiting', 'See the queue, # waiting'),
  you: 'You:',
  colleague: 'Us:',
  writing: (name: string) => `${name.split(' ')[0] ?? name} is writing a reply`,
  customerWriting: 'is writing…',
  withBot: 'With the bot',
  unread: (count: number) => n(count, ' unread message', ' unread messages'),
  tick: (name: string) => `Select the conversation of ${name}`,
  untick: 'Leave the selection',
  bulk: 'Actions on several conversations',
  chosen: (count: number) => n(count, '# selected', '# selected'),
}

const promises: Record<string, string> = {
  first: 'First response',
  next: 'Response',
  resolution: 'Resolution',
}
export const sla = {
  more: 'The promises of this conversation',
  loading: 'One moment…',
  none: 'No promise.',
  names: { first: 'First response', next: 'Response', resolution: 'Resolution' },
  left: (left: string, target: string) => `${left} of ${target} left`,
  over: (late: string, target: string) => `${late} past ${target}`,
  stands: { waiting: 'stands: we wait for the customer', snoozed: 'stands: it is snoozed' },
  ended: {
    running: 'running',
    paused: 'paused',
    met: 'kept',
    breached: 'not kept',
    dropped: 'no longer needed',
    measured: 'measured',
  },
  took: (wall: string, business: string | null) => (business ? `${wall}, ${business} of work` : wall),
  hours: (name: string) => `Hours: ${name}`,
  shut: (when: string) => `out of hours, goes on ${when}`,
  overdue: 'past the promised time',
  kinds: {
    first: 'to the promised first response',
    next: 'to the promised response',
    resolution: 'to the promised resolution',
  },
  sentence: (kind: string, words: string, over: boolean) =>
    over
      ? `${promises[kind] ?? 'Response'}: overdue by ${words}`
      : `${promises[kind] ?? 'Response'} due in ${words}`,
}

export const filters = {
  status: 'Status',
  channel: 'Channel',
  priority: 'Priority',
  label: 'Label',
  team: 'Team',
  brand: 'Brand',
}

export const assign = {
  title: (count: number) => (count === 1 ? 'Assign the conversation' : `Assign ${count} conversations`),
  transferTitle: 'Transfer the conversation',
  transferLead: 'Whoever takes it sees everything, your note first.',
  note: 'What the next person must know',
  find: 'Find a person, a team or a queue',
  me: 'you',
  meNamed: (name: string) => `To me (${name})`,
  nobody: 'Nobody: back to the queue',
  queues: 'Queues',
  waiting: (count: number) => n(count, 'one waiting', '# waiting'),
  queue: 'nobody, it is in the queue',
  people: 'People',
  teams: 'Teams',
  other: 'Other',
}

export const snooze = {
  title: (count: number) => (count === 1 ? 'Snooze the conversation' : `Snooze ${count} conversations`),
  when: 'Until when',
  example: 'tomorrow at 9, in 2 hours, monday, 3 december…',
  hint: 'Write when it shall come back, in your own words.',
  read: (until: string) => `Comes back ${until}`,
  unclear: 'I do not understand this moment. Try “tomorrow at 9” or “in 3 hours”.',
  choices: ['in 1 hour', 'today at 17', 'tomorrow at 9', 'monday at 9', 'in a week'],
  untilReply: 'Come back earlier if the customer writes',
  untilReplyHint: 'Otherwise it waits for the chosen moment in any case.',
}

export const labels = {
  title: (count: number) => (count === 1 ? 'Labels' : `Label ${count} conversations`),
  add: 'Label',
  remove: (name: string) => `Remove the label ${name}`,
  find: 'Find a label',
  none: 'No label of this name',
}

export const join = {
  mergeTitle: 'Merge into another conversation',
  mergeLead: 'The messages move to the other one, in order of time. This can be undone.',
  linkTitle: 'Link another conversation',
  linkLead: 'They stay two, each pointing to the other.',
  find: 'Find by customer, subject or number',
  none: 'No conversation found',
  splitTitle: 'Split the conversation',
  splitLead: (count: number) =>
    n(count, '# message becomes a new conversation.', '# messages, from here on, become a new conversation.'),
  split: 'Split',
}
