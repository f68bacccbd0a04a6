import { pluralIt as n } from '../plural'

/** Thresholds and targets. */
export const thresholds = {
  title: 'Soglie e obiettivi',
  lead: 'Quando qualcuno va avvisato, e quanto presto è abbastanza presto.',
  thresholds: 'Soglie',
  thresholdsLead:
    'Battito guarda i numeri ogni dieci secondi. Un livello si accende quando il numero resta oltre per il tempo scelto, e si spegne quando è tornato indietro altrettanto.',
  add: 'Nuova soglia',
  none: 'Nessuna soglia',
  noneMore: 'Senza, la sala mostra i numeri ma non avvisa nessuno.',
  figure: 'Numero',
  figures: {
    waiting: 'Contatti in attesa',
    longest_wait_s: 'Attesa più lunga (secondi)',
    at_risk: 'Promesse a rischio',
    breached: 'Promesse scadute',
    service_30m: 'Livello di servizio, ultima mezz’ora (%)',
    service_today: 'Livello di servizio, oggi (%)',
    abandonment_30m: 'Rinunce, ultima mezz’ora (%)',
    available: 'Persone pronte',
  },
  where: 'Dove',
  wholeFloor: 'Tutta la sala',
  warn: 'Attenzione da',
  breach: 'Oltre il limite da',
  clear: 'Torna a posto da',
  clearHint: 'Vuoto: come l’attenzione. Un valore più mite evita che si accenda e spenga di continuo.',
  hold: 'Deve durare (secondi)',
  holdHint: 'Per accendersi e per spegnersi.',
  tell: 'Chi viene avvisato',
  tellHint: 'Nessuno scelto: chiunque guardi la sala.',
  enabled: 'Attiva',
  off: 'spenta',
  low: (name: string, warn: string | null, breach: string | null) =>
    [warn && `attenzione da ${warn} in giù`, breach && `limite da ${breach} in giù`]
      .filter(Boolean)
      .join(', ') || name,
  high: (name: string, warn: string | null, breach: string | null) =>
    [warn && `attenzione da ${warn} in su`, breach && `limite da ${breach} in su`]
      .filter(Boolean)
      .join(', ') || name,
  holds: (seconds: number) => (seconds > 0 ? `dopo ${n(seconds, '# secondo', '# secondi')}` : 'subito'),
  told: (count: number) => (count === 0 ? 'chi guarda la sala' : n(count, '# persona', '# persone')),
  states: { ok: 'a posto', warn: 'attenzione', breach: 'oltre il limite' },
  oneNeeded: 'Scrivi almeno uno dei due livelli.',
  notNumber: 'Scrivi un numero.',
  worse: 'Il limite deve essere peggiore dell’attenzione.',
  milder: 'Per tornare a posto serve un valore migliore dell’attenzione.',
  turnOn: 'Accendi',
  turnOff: 'Spegni',
  removed: 'Soglia eliminata',
  targets: 'Obiettivi di servizio',
  targetsLead:
    'Vale il più vicino: coda e canale, coda, canale, tutto. Senza: chiamate 20 s, chat 60 s, il resto 4 ore; 80 %. Un cambiamento vale anche per il passato.',
  addTarget: 'Nuovo obiettivo',
  noTargets: 'Valgono quelli di partenza',
  queue: 'Coda',
  allQueues: 'Tutte le code',
  channel: 'Canale',
  allChannels: 'Tutti i canali',
  within: 'Entro (secondi)',
  share: 'Quota (%)',
  shareHint: 'Quanti contatti su cento vanno presi in tempo.',
  short: 'Rinunce brevissime sotto (secondi)',
  shortHint: 'Non contano nel livello stretto.',
  goal: (share: string, within: string) => `${share} entro ${within}`,
  shortOf: (seconds: string) => `brevissime sotto ${seconds}`,
  targetRemoved: 'Obiettivo eliminato',
}
