import { pluralIt as n } from '../plural'

const empties: Record<string, string> = {
  mine: 'Nessuna conversazione in mano a te',
  unassigned: 'La coda è vuota',
  mentions: 'Nessuno ti ha menzionato',
  followed: 'Non segui nessuna conversazione',
}
const emptyHints: Record<string, string> = {
  mine: 'Le nuove arrivano qui da sole.',
  unassigned: 'Tutti i clienti hanno qualcuno.',
  mentions: 'Quando un collega scrive @ e il tuo nome in una nota, la trovi qui.',
  followed: 'Con F segui quella aperta.',
}

export const inbox = {
  heading: 'Conversazioni',
  chooseView: 'Scegli la vista',
  views: { mine: 'Mie', unassigned: 'In coda', mentions: 'Menzioni', followed: 'Seguite', all: 'Tutte' },
  savedViews: 'Viste salvate',
  saveView: 'Salva questa vista…',
  saveViewLead: 'Vista, filtri e ordine di adesso, con un nome.',
  viewName: 'Nome della vista',
  shareView: 'La vedono anche i colleghi',
  dropView: (name: string) => `Elimina «${name}»`,
  order: 'Ordine',
  orders: { due: 'Urgenti prima', recent: 'Recenti prima', oldest: 'Vecchie prima' },
  filters: 'Filtri',
  filtersOn: (count: number) => n(count, 'Filtri, # attivo', 'Filtri, # attivi'),
  clearFilters: 'Togli i filtri',
  groups: {
    live: 'Dal vivo',
    answer: 'Da rispondere',
    waiting: 'In attesa del cliente',
    snoozed: 'Rimandate',
    resolved: 'Risolte',
  },
  failed: 'Non riesco a leggere le conversazioni',
  empty: (view: string) => empties[view] ?? 'Nessuna conversazione qui',
  emptyMore: (view: string) => emptyHints[view] ?? '',
  emptyFiltered: 'Nessuna conversazione con questi filtri',
  seeQueue: (count: number) => n(count, 'Guarda la coda, # in attesa', 'Guarda la coda, # in attesa'),
  you: 'Tu:',
  colleague: 'Noi:',
  writing: (name: string) => `${name.split(' ')[0] ?? name} sta scrivendo una risposta`,
  customerWriting: 'sta scrivendo…',
  withBot: 'In mano al bot',
  unread: (count: number) => n(count, ' messaggio non letto', ' messaggi non letti'),
  tick: (name: string) => `Seleziona la conversazione di ${name}`,
  untick: 'Lascia la selezione',
  bulk: 'Azioni su più conversazioni',
  chosen: (count: number) => n(count, '# selezionata', '# selezionate'),
}

const promises: Record<string, string> = {
  first: 'Prima risposta',
  next: 'Risposta',
  resolution: 'Soluzione',
}
export const sla = {
  more: 'Le promesse di questa conversazione',
  loading: 'Un momento…',
  none: 'Nessuna promessa.',
  names: { first: 'Prima risposta', next: 'Risposta', resolution: 'Soluzione' },
  left: (left: string, target: string) => `restano ${left} di ${target}`,
  over: (late: string, target: string) => `oltre di ${late}, erano ${target}`,
  stands: { waiting: 'ferma: aspettiamo il cliente', snoozed: 'ferma: è rimandata' },
  ended: {
    running: 'in corso',
    paused: 'ferma',
    met: 'mantenuta',
    breached: 'non mantenuta',
    dropped: 'non serve più',
    measured: 'misurata',
  },
  took: (wall: string, business: string | null) => (business ? `${wall}, di lavoro ${business}` : wall),
  hours: (name: string) => `Orario: ${name}`,
  shut: (when: string) => `fuori orario, riparte ${when}`,
  overdue: 'oltre il termine promesso',
  kinds: {
    first: 'alla prima risposta promessa',
    next: 'alla risposta promessa',
    resolution: 'alla soluzione promessa',
  },
  sentence: (kind: string, words: string, over: boolean) =>
    over
      ? `${promises[kind] ?? 'Risposta'}: termine scaduto da ${words}`
      : `${promises[kind] ?? 'Risposta'} entro ${words}`,
}

export const filters = {
  status: 'Stato',
  channel: 'Canale',
  priority: 'Priorità',
  label: 'Etichetta',
  team: 'Squadra',
  brand: 'Marchio',
}

export const assign = {
  title: (count: number) => (count === 1 ? 'Assegna la conversazione' : `Assegna ${count} conversazioni`),
  transferTitle: 'Passa la conversazione',
  transferLead: 'Chi la riceve vede tutto, e la tua nota per prima.',
  note: 'Che cosa deve sapere chi la prende',
  find: 'Cerca una persona, una squadra o una coda',
  me: 'te',
  meNamed: (name: string) => `A me (${name})`,
  nobody: 'Nessuno: rimetti in coda',
  queues: 'Code',
  waiting: (count: number) => n(count, 'uno in attesa', '# in attesa'),
  queue: 'nessuno, è in coda',
  people: 'Persone',
  teams: 'Squadre',
  other: 'Altro',
}

export const snooze = {
  title: (count: number) => (count === 1 ? 'Rimanda la conversazione' : `Rimanda ${count} conversazioni`),
  when: 'Fino a quando',
  example: 'domani alle 9, tra 2 ore, lunedì, 3 dicembre…',
  hint: 'Scrivi quando deve tornare, con parole tue.',
  read: (until: string) => `Torna ${until}`,
  unclear: 'Non capisco questo momento. Prova con «domani alle 9» o «tra 3 ore».',
  choices: ['tra 1 ora', 'oggi alle 17', 'domani alle 9', 'lunedì alle 9', 'tra una settimana'],
  untilReply: 'Torna prima se il cliente scrive',
  untilReplyHint: 'Altrimenti aspetta comunque il momento scelto.',
}

export const labels = {
  title: (count: number) => (count === 1 ? 'Etichette' : `Etichetta ${count} conversazioni`),
  add: 'Etichetta',
  remove: (name: string) => `Togli l’etichetta ${name}`,
  find: 'Cerca un’etichetta',
  none: 'Nessuna etichetta con questo nome',
}

export const join = {
  mergeTitle: 'Unisci a un’altra conversazione',
  mergeLead: 'I messaggi passano nell’altra, in ordine di tempo. Si può annullare.',
  linkTitle: 'Collega un’altra conversazione',
  linkLead: 'Restano due, ciascuna con il richiamo all’altra.',
  find: 'Cerca per cliente, oggetto o numero',
  none: 'Nessuna conversazione trovata',
  splitTitle: 'Dividi la conversazione',
  splitLead: (count: number) =>
    n(
      count,
      '# messaggio diventa una conversazione nuova.',
      '# messaggi, da qui in poi, diventano una conversazione nuova.',
    ),
  split: 'Dividi',
}
