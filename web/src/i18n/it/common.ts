import { pluralIt as n } from '../plural'

export const common = {
  back: 'Indietro',
  close: 'Chiudi',
  download: 'Scarica',
  loading: 'Un momento, sto caricando',
  next: 'Avanti',
  no: 'no',
  notices: 'Avvisi',
  previous: 'Precedente',
  save: 'Salva',
  tryAgain: 'Riprova',
  undo: 'Annulla',
  yes: 'sì',
}

export const time = {
  today: 'oggi',
  yesterday: 'ieri',
  todayAt: (at: string) => `oggi alle ${at}`,
  tomorrowAt: (at: string) => `domani alle ${at}`,
  at: (day: string, at: string) => `${day} alle ${at}`,
  dayUnit: 'g',
  seconds: (count: number) => n(count, '# secondo', '# secondi'),
  minutes: (count: number) => n(count, '# minuto', '# minuti'),
  hours: (count: number) => n(count, '# ora', '# ore'),
  days: (count: number) => n(count, '# giorno', '# giorni'),
}

export const channels = {
  bluesky: 'Bluesky',
  email: 'e-mail',
  instagram: 'Instagram',
  mastodon: 'Mastodon',
  messenger: 'Messenger',
  note: 'nota',
  pec: 'PEC',
  review: 'recensione',
  sms: 'SMS',
  telegram: 'Telegram',
  voice: 'telefono',
  webchat: 'chat',
  whatsapp: 'WhatsApp',
}

export const status = {
  open: 'Da rispondere',
  waiting: 'In attesa del cliente',
  snoozed: 'Rimandata',
  resolved: 'Risolta',
}
export const priority = { low: 'Bassa', normal: 'Normale', high: 'Alta', urgent: 'Urgente' }

/** By the problem's code; what is not here shows the server's own words. */
export const problems = {
  offline: 'La rete non risponde. Quello che hai scritto è al sicuro qui: riprova tra poco.',
  forbidden: 'Il tuo ruolo non lo permette. Un amministratore può aggiungere il permesso.',
  'not-found': 'Non c’è più, o non è in questo spazio di lavoro.',
  conflict: 'Qualcuno è stato più svelto: guarda com’è adesso e riprova.',
  stale: 'Nel frattempo qualcuno l’ha cambiata. Ora vedi la versione nuova: rifai la modifica su questa.',
  'not-owner': 'La conversazione è in mano ad altri.',
  'too-many': 'Troppe richieste in poco tempo. Aspetta qualche secondo e riprova.',
  'too-large': 'È troppo grande per essere accettato.',
  unavailable: 'Una parte del servizio non risponde. Nulla è andato perso: riprova tra poco.',
  internal: 'Qualcosa non ha funzionato da noi. Nulla è andato perso: riprova.',
  unauthenticated: 'La sessione è finita: entra di nuovo.',
  gone: 'Non si può più fare: il tempo è passato.',
  invalid: (detail: string) =>
    `Qualcosa di quello che hai scritto non va bene: correggilo e riprova.${detail ? ` (${detail})` : ''}`,
  unknown: 'Non è andata. Riprova; se succede ancora, avvisa l’amministratore.',
}
