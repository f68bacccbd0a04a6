import { pluralIt as n } from '../plural'

/** One's own day: comes with its dialog. */
export const day = {
  title: 'La tua giornata',
  lead: 'I tuoi numeri di oggi. Sono tuoi: li vedi sempre, anche dove i rapporti non mostrano le singole persone.',
  now: 'Adesso',
  since: (clock: string) => `da ${clock}`,
  next: (state: string) => `alla fine del contatto: ${state}`,
  line: 'Come è andato il tempo',
  lineLabel: (text: string) => `Il tuo tempo da quando hai cominciato: ${text}`,
  kinds: {
    handling: 'In conversazione',
    wrap: 'Chiusura',
    idle: 'Disponibile',
    busy: 'In attività',
    away: 'In pausa',
    offline: 'Non in linea',
  },
  steps: (count: number) => n(count, '# passaggio', '# passaggi'),
  nothing: 'Oggi non c’è ancora niente da raccontare.',
  contacts: 'Contatti',
  channel: 'Canale',
  answered: 'Presi',
  handled: 'Conclusi',
  mean: 'Durata media',
  total: 'In tutto',
  none: 'Ancora nessuno.',
  occupancy: 'Occupazione',
  occupancyOf: (busy: string, all: string) => `${busy} con i clienti su ${all}`,
  noTime: 'ancora nulla da contare',
  offers: 'Proposte',
  offersOf: (accepted: number, made: number) => `${accepted} accettate su ${made}`,
  missed: (declined: number, expired: number) =>
    `${n(declined, '# rifiutata', '# rifiutate')}, ${n(expired, '# senza risposta', '# senza risposta')}`,
  noOffers: 'nessuna',
  failed: 'La tua giornata non si può mostrare adesso',
}

export type DayMessages = typeof day
