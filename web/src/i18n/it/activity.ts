/** Who did it stands first; without a name the system did. */
const did = (who: string, verb: string, alone: string) => (who ? `${who} ${verb}` : alone)
const rest = (...parts: string[]) => parts.filter(Boolean).join(' ')

export const activity = {
  taken: (who: string) => `${who} ha preso la conversazione`,
  assigned: (who: string, whom: string) =>
    rest(did(who, 'ha assegnato la conversazione a', 'Assegnata a'), whom),
  released: (who: string) => did(who, 'ha rimesso la conversazione in coda', 'Rimessa in coda'),
  transferred: (who: string, whom: string) =>
    rest(did(who, 'ha passato la conversazione a', 'Passata a'), whom),
  routed: (rule: string, queue: string) =>
    rest(queue ? `Instradata in ${queue}` : 'Instradata', `dalla regola «${rule}»`),
  resolved: (who: string) => did(who, 'ha risolto la conversazione', 'Risolta'),
  reopened: (who: string) => did(who, 'ha riaperto la conversazione', 'Riaperta'),
  snoozed: (who: string, until: string) =>
    rest(did(who, 'ha rimandato la conversazione', 'Rimandata'), until && `a ${until}`),
  woken: 'È tornata: il momento scelto è arrivato',
  merged: (who: string, what: string) =>
    rest(did(who, 'ha unito qui', 'Unita qui'), what || 'un’altra conversazione'),
  mergedInto: (who: string, what: string) =>
    rest(did(who, 'ha unito questa conversazione a', 'Unita a'), what || 'un’altra'),
  split: (who: string, what: string) =>
    rest(
      did(who, 'ha separato dei messaggi in', 'Dei messaggi sono passati a'),
      what || 'un’altra conversazione',
    ),
  splitFrom: (who: string, what: string) =>
    rest(did(who, 'ha separato questa conversazione da', 'Separata da'), what || 'un’altra'),
  linked: (who: string, what: string) =>
    rest(did(who, 'ha collegato', 'Collegata a'), what || 'un’altra conversazione'),
  unlinked: (who: string, what: string) =>
    rest(did(who, 'ha scollegato', 'Scollegata da'), what || 'un’altra conversazione'),
  labelled: (who: string, added: string, removed: string) =>
    rest(
      did(who, 'ha cambiato le etichette', 'Etichette cambiate'),
      added && `+ ${added}`,
      removed && `− ${removed}`,
    ),
  prioritised: (who: string, priority: string) =>
    rest(
      did(who, 'ha cambiato la priorità', 'Priorità cambiata'),
      priority && `in ${priority.toLowerCase()}`,
    ),
  renamed: (who: string, subject: string) =>
    rest(did(who, 'ha cambiato l’oggetto', 'Oggetto cambiato'), subject && `in «${subject}»`),
  rebranded: (who: string, brand: string) =>
    rest(did(who, 'ha cambiato marchio', 'Marchio cambiato'), brand && `in ${brand}`),
  undone: (who: string) => did(who, 'ha annullato l’azione di prima', 'Azione annullata'),
  reacted: (who: string, emoji: string) => rest(did(who, 'ha risposto con', 'Reazione'), emoji),
}
