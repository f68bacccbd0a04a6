/** What was just done, for the toast. One conversation is named by its customer. */
const what = (name: string, count: number) => (count === 1 ? name : `${count} conversazioni`)
const ed = (count: number, one: string, many: string) => (count === 1 ? one : many)

export const done = {
  resolved: (name: string, count: number) =>
    `${what(name, count)}: ${ed(count, 'conversazione risolta', 'risolte')}`,
  reopened: (name: string, count: number) =>
    `${what(name, count)}: ${ed(count, 'conversazione riaperta', 'riaperte')}`,
  snoozed: (name: string, count: number, until: string) =>
    `${what(name, count)}: ${ed(count, 'torna', 'tornano')} ${until}`,
  assigned: (name: string, count: number, to: string) =>
    `${what(name, count)}: ${ed(count, 'assegnata a', 'assegnate a')} ${to}`,
  transferred: (name: string, to: string) => `${name}: passata a ${to}`,
  labelled: (count: number, label: string) =>
    label
      ? `Etichetta «${label}» aggiunta${count > 1 ? ` a ${count} conversazioni` : ''}`
      : 'Etichetta tolta',
  prioritised: (priority: string) => `Priorità: ${priority.toLowerCase()}`,
  macro: (name: string) => `«${name}» eseguita`,
  renamed: 'Oggetto cambiato',
  merged: 'Conversazioni unite',
  linked: 'Conversazioni collegate',
  unlinked: 'Collegamento tolto',
  split: 'Conversazione divisa',
  followed: 'Ora la segui',
  unfollowed: 'Non la segui più',
  undone: 'Fatto: è tutto come prima',
  someFailed: (count: number, why: string) =>
    `${count} non ${count === 1 ? 'è cambiata' : 'sono cambiate'}. ${why}`,
}
