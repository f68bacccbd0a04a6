import { pluralIt as n } from '../plural'

export const areas = {
  desk: 'Conversazioni',
  search: 'Cerca',
  customers: 'Clienti',
  knowledge: 'Conoscenza',
  floor: 'Sala',
  twin: 'Gemello',
  admin: 'Amministrazione',
}

export const shell = {
  home: 'Battito, vai alle conversazioni',
  factorWanted: (day: string | null) =>
    `${day ? `Da ${day}` : 'Presto'} per entrare serve anche un secondo passo. Preparalo adesso: ci vuole un minuto.`,
  factorNow: 'Prepara',
  factorLater: 'Più tardi',
  find: 'Cerca o comanda: clienti, conversazioni, azioni',
  sections: 'Sezioni',
  skip: 'Vai al contenuto',
  preferences: 'Preferenze',
  signOut: 'Esci',
  pulse: (count: number) =>
    n(
      count,
      '# messaggio dai clienti negli ultimi 60 secondi',
      '# messaggi dai clienti negli ultimi 60 secondi',
    ),
  resizeList: 'Larghezza dell’elenco',
  resizeSide: 'Larghezza del pannello cliente',
  unreachable: 'Il server non risponde',
  unreachableMore: 'Controlla la rete. Quello che avevi scritto è al sicuro su questo computer.',
  nowhere: 'Qui non c’è nulla',
  nowhereMore: 'L’indirizzo è sbagliato, o la pagina non esiste più.',
}

export const presence = {
  change: 'Cambia il tuo stato',
  states: { available: 'Disponibile', busy: 'In attività', away: 'In pausa', offline: 'Non in linea' },
  busyReasons: ['Pratiche', 'Riunione', 'Formazione'],
  awayReasons: ['Pausa', 'Pranzo'],
  offlineHint: 'Non sei in linea: non ricevi lavoro.',
  inContact: 'In conversazione',
  wrapUp: 'Chiusura',
  offered: 'Proposta in arrivo',
  aside: (clock: string | null) => (clock ? `niente lavoro per ${clock}` : 'niente lavoro per ora'),
  asideMore: 'Non hai risposto a una proposta: dillo qui, e il lavoro riprende.',
  asideTitle: 'Non ricevi lavoro.',
  asideWhy: (clock: string | null) =>
    clock
      ? `Non hai risposto a una proposta: riprende tra ${clock}, o quando lo dici tu.`
      : 'Non hai risposto a una proposta: riprende quando lo dici tu.',
  back: 'Eccomi, riprendo',
  since: (clock: string) => `da ${clock}`,
  next: (state: string) => `poi: ${state}`,
  queued: 'Il cambio di stato avviene alla fine del contatto',
}

/** Between a person and those who lead the floor; and their own day. */
export const help = {
  ask: 'Chiedi aiuto',
  change: 'Cambia o ritira la richiesta d’aiuto',
  words: 'mano alzata aiuto supervisore domanda',
  title: 'Chiedi aiuto',
  lead: 'Chi guida la sala lo vede subito, ovunque sia.',
  text: 'Che cosa serve (facoltativo)',
  about: (who: string) => `Con la conversazione di ${who}`,
  raise: 'Alza la mano',
  update: 'Aggiorna',
  lower: 'Non serve più',
  up: 'Hai la mano alzata',
  upSince: (clock: string) => `La mano è alzata da ${clock}.`,
  raised: 'Mano alzata: chi guida la sala lo vede.',
  lowered: 'Mano abbassata',
  coming: (who: string) => `${who} arriva ad aiutarti.`,
  said: (who: string, text: string) => (who ? `${who}: ${text}` : text),
  messages: 'Dalla tua squadra',
  toAll: 'a tutti',
  read: 'Letto',
  setFor: (who: string, state: string) => `${who} ha cambiato il tuo stato: ${state.toLowerCase()}.`,
  day: 'La tua giornata',
  dayWords: 'oggi tempi contatti conversazioni statistiche',
}

export const notices = {
  heading: 'Per te',
  none: 'Nessun avviso',
  bell: (count: number) => (count === 0 ? 'Avvisi' : n(count, 'Avvisi, # nuovo', 'Avvisi, # nuovi')),
  title: (kind: 'assigned' | 'message' | 'mention' | 'hand' | 'floor', who: string) =>
    ({
      hand: `${who} chiede aiuto`,
      floor: 'Dalla sala',
      assigned: `${who}: ora la segui tu`,
      message: `${who} ha scritto`,
      mention: `${who} ti ha menzionato`,
    })[kind],
}

export const link = {
  live: 'In tempo reale',
  liveIn: (ms: number) => `In tempo reale, ${ms} ms`,
  off: 'Non collegato',
  saved: 'Tutto salvato',
  savingDrafts: 'Salvo le bozze',
  leaving: (count: number) => n(count, '# messaggio in partenza', '# messaggi in partenza'),
  lost: 'Collegamento interrotto.',
  age: (words: string) => `I dati sono di ${words} fa.`,
  kept: (count: number) =>
    n(count, '# messaggio parte appena torna la rete.', '# messaggi partono appena torna la rete.'),
  goOn: 'Puoi continuare a scrivere: nulla va perso.',
  trying: 'Mi ricollego…',
  retryIn: (seconds: number) => `Riprovo tra ${seconds} s`,
  retryNow: 'Riprova ora',
}

export const prefs = {
  look: 'Aspetto',
  theme: 'Tema',
  themes: { system: 'Come il sistema', light: 'Chiaro', dark: 'Scuro' },
  density: 'Densità',
  densities: { compact: 'Compatta', cosy: 'Comoda', roomy: 'Ampia' },
  language: 'Lingua',
  attention: 'Attenzione',
  sound: 'Suono',
  soundHint: 'Due note leggere quando un cliente ti scrive o ricevi una conversazione.',
  notifications: 'Notifiche sul desktop',
  notificationsHint: 'Solo quando Battito non è davanti a te.',
  notificationsRefused: 'Il browser non permette le notifiche: puoi cambiarlo nelle impostazioni del sito.',
  writing: 'Scrittura',
  hold: 'Tempo per annullare l’invio',
  holds: (seconds: number) => (seconds === 0 ? 'Nessuno' : `${seconds} secondi`),
  keys: 'Vedi e cambia i tasti',
  sessions: 'Dove sei entrato',
  unknownDevice: 'Dispositivo sconosciuto',
  thisOne: 'questo',
  endSession: 'Esci da lì',
}
