import { pluralIt as n } from '../plural'

export const customer = {
  panel: 'Cliente',
  open: 'Apri la scheda del cliente',
  find: 'Nome, indirizzo, numero',
  nobody: 'Nessun cliente con queste parole',
  choose: 'Scegli un cliente',
  openCount: (count: number) => n(count, '# aperta', '# aperte'),
  noConversations: 'Nessuna conversazione',
  failed: 'Non riesco a leggere il cliente',
  name: 'Nome',
  since: (year: string) => `Cliente dal ${year}`,
  firstTime: 'Primo contatto',
  edit: 'Modifica',
  add: 'aggiungi',
  care: 'Come desidera essere seguita',
  addCare: 'Aggiungi una preferenza di cura',
  removeCare: (text: string) => `Togli: ${text}`,
  careExample: 'per esempio: preferisce essere chiamata al mattino',
  openNow: 'Aperte adesso',
  ofAll: (count: number) => `su ${n(count, '# in tutto', '# in tutto')}`,
  lately: 'Ultimi 30 giorni',
  conversations: (count: number): string => (count === 1 ? 'conversazione' : 'conversazioni'),
  identities: 'Recapiti',
  addIdentity: 'Aggiungi un recapito',
  identityExample: 'indirizzo e-mail o numero di telefono',
  verified: 'verificato',
  copy: (value: string) => `Copia ${value}`,
  attributes: 'Dati',
  allAttributes: 'tutti i campi',
  onlyFilled: 'solo i compilati',
  note: 'Da sapere',
  noNote: 'Aggiungi qualcosa che i colleghi devono sapere',
  same: 'Forse è la stessa persona',
  join: 'Unisci',
  notSame: 'Non è lei',
  joined: (name: string) => `${name} è stata unita a questo cliente`,
  consents: 'Consensi',
  journey: 'Il suo percorso',
  contactsSince: (count: number) => n(count, '# contatto', '# contatti'),
  steps: {
    consent: (purpose: string, granted: boolean) => `Consenso, ${purpose}: ${granted ? 'sì' : 'no'}`,
    merge: (name: string) => `Unito con ${name}`,
  },
  earlier: 'Mostra prima di questi',
}

/** Purposes of consent that come with the product; others keep their own name. */
export const purposes = {
  contact: 'contatto',
  marketing: 'marketing',
  newsletter: 'novità',
  privacy: 'informativa',
  profiling: 'profilazione',
  recording: 'registrazione',
  service: 'servizio',
  survey: 'sondaggi',
}

export const start = {
  write: 'Scrivi',
  title: 'Nuova conversazione',
  to: 'A chi: un cliente o un indirizzo',
  text: 'Messaggio',
  noChannel: 'Nessun canale collegato permette di scrivere per primi.',
}

export const identityKinds = {
  email: 'E-mail',
  phone: 'Telefono',
  visitor: 'Visitatore del sito',
  handle: 'Profilo',
  external: 'Codice esterno',
}

export const search = {
  label: 'Cerca',
  placeholder: 'Parole, un nome, un numero, un indirizzo',
  where: 'Dove',
  kinds: { messages: 'Messaggi', notes: 'Note', contacts: 'Clienti' },
  since: 'dal',
  begin: 'Cerca in tutte le conversazioni',
  beginMore:
    'Trova anche parole simili e nomi scritti male. Tra virgolette trovi la frase esatta; puoi scrivere anche da:teresa, stato:aperta, has:attachment.',
  none: (words: string) => `Nulla per «${words}»`,
  noneMore: 'Prova con meno parole o togli un filtro.',
  found: (count: number) => n(count, '# risultato', '# risultati'),
  more: 'Altri risultati',
}
