const what = (name: string, count: number) => (count === 1 ? name : `${count} conversations`)

export const done = {
  resolved: (name: string, count: number) => `${what(name, count)}: resolved`,
  reopened: (name: string, count: number) => `${what(name, count)}: reopened`,
  snoozed: (name: string, count: number, until: string) => `${what(name, count)}: back ${until}`,
  assigned: (name: string, count: number, to: string) => `${what(name, count)}: assigned to ${to}`,
  transferred: (name: string, to: string) => `${name}: transferred to ${to}`,
  labelled: (count: number, label: string) =>
    label ? `Label “${label}” added${count > 1 ? ` to ${count} conversations` : ''}` : 'Label removed',
  prioritised: (priority: string) => `Priority: ${priority.toLowerCase()}`,
  macro: (name: string) => `“${name}” done`,
  renamed: 'Subject changed',
  merged: 'Conversations merged',
  linked: 'Conversations linked',
  unlinked: 'Link removed',
  split: 'Conversation split',
  followed: 'You follow it now',
  unfollowed: 'You no longer follow it',
  undone: 'Done: everything is as before',
  someFailed: (count: number, why: string) => `${count} did not change. ${why}`,
}
