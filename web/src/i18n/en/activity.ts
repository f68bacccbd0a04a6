const did = (who: string, verb: string, alone: string) => (who ? `${who} ${verb}` : alone)
const rest = (...parts: string[]) => parts.filter(Boolean).join(' ')

export const activity = {
  taken: (who: string) => `${who} took the conversation`,
  assigned: (who: string, whom: string) =>
    rest(did(who, 'assigned the conversation to', 'Assigned to'), whom),
  released: (who: string) => did(who, 'put the conversation back in the queue', 'Back in the queue'),
  transferred: (who: string, whom: string) =>
    rest(did(who, 'transferred the conversation to', 'Transferred to'), whom),
  routed: (rule: string, queue: string) =>
    rest(queue ? `Routed to ${queue}` : 'Routed', `by the rule «${rule}»`),
  resolved: (who: string) => did(who, 'resolved the conversation', 'Resolved'),
  reopened: (who: string) => did(who, 'reopened the conversation', 'Reopened'),
  snoozed: (who: string, until: string) =>
    rest(did(who, 'snoozed the conversation', 'Snoozed'), until && `until ${until}`),
  woken: 'It came back: the chosen moment is here',
  merged: (who: string, what: string) =>
    rest(did(who, 'merged into this', 'Merged into this'), what || 'another conversation'),
  mergedInto: (who: string, what: string) =>
    rest(did(who, 'merged this conversation into', 'Merged into'), what || 'another'),
  split: (who: string, what: string) =>
    rest(did(who, 'split messages off into', 'Messages went to'), what || 'another conversation'),
  splitFrom: (who: string, what: string) =>
    rest(did(who, 'split this conversation off', 'Split off'), what || 'another'),
  linked: (who: string, what: string) =>
    rest(did(who, 'linked', 'Linked to'), what || 'another conversation'),
  unlinked: (who: string, what: string) =>
    rest(did(who, 'unlinked', 'Unlinked from'), what || 'another conversation'),
  labelled: (who: string, added: string, removed: string) =>
    rest(did(who, 'changed the labels', 'Labels changed'), added && `+ ${added}`, removed && `− ${removed}`),
  prioritised: (who: string, priority: string) =>
    rest(did(who, 'changed the priority', 'Priority changed'), priority && `to ${priority.toLowerCase()}`),
  renamed: (who: string, subject: string) =>
    rest(did(who, 'changed the subject', 'Subject changed'), subject && `to “${subject}”`),
  rebranded: (who: string, brand: string) =>
    rest(did(who, 'changed the brand', 'Brand changed'), brand && `to ${brand}`),
  undone: (who: string) => did(who, 'took the last action back', 'Action taken back'),
  reacted: (who: string, emoji: string) => rest(did(who, 'reacted with', 'Reaction'), emoji),
}
