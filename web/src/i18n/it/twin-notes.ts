import { pluralIt as n } from '../plural'

const cases = (count: number) => (count > 0 ? n(count, ' (da # caso)', ' (da # casi)') : '')

/** Da dove viene ogni parte di uno scenario. */
export const twinNotes = {
  heading: 'Da dove vengono i numeri',
  assumed: (count: number) => n(count, '# supposto', '# supposti'),
  assumedMark: 'supposto',
  measuredMark: 'misurato',
  texts: {
    arrivals: (_: string, value: string, count: number) =>
      `arrivi: ${value.replace('/d', ' al giorno').replace('/h', ' l’ora')}${cases(count)}`,
    handle: (_: string, value: string, count: number) => `durata media ${value}${cases(count)}`,
    'handle-of-channel': (_: string, value: string, count: number) =>
      `durata media ${value}, come le altre code del canale${cases(count)}`,
    'handle-of-queue': (_: string, value: string) => `durata media ${value}, come dice la coda`,
    patience: (_: string, value: string, count: number) =>
      value ? `pazienza media ${value}` : `pazienza stimata da chi ha rinunciato${cases(count)}`,
    'patience-written': () => 'nessuno rinuncia: è posta',
    'patience-endless': (_: string, __: string, count: number) => `nessuno ha rinunciato${cases(count)}`,
    'wrap-up': (_: string, value: string, count: number) => `chiusura media ${value}${cases(count)}`,
    'wrap-up-of-queue': (_: string, value: string) => `chiusura ${value}, come dice la coda`,
    variability: (_: string, value: string) => `i giorni differiscono del ${value}`,
    'today-factor': (_: string, value: string, count: number) =>
      `oggi vale ${value.replace('.', ',')} volte un giorno solito${cases(count)}`,
    'hidden-time': (_: string, value: string, count: number) =>
      `${value} di lavoro non registrato dopo ogni contatto${cases(count)}`,
    'people-from-presence': (_: string, __: string, count: number) =>
      n(count, 'persone come dalle presenze (#)', 'persone come dalle presenze (#)'),
    'people-from-interactions': () => 'persone dal primo all’ultimo contatto di ogni giorno',
    'people-now': (_: string, __: string, count: number) =>
      n(count, 'chi c’è adesso (#), tutto il giorno', 'chi c’è adesso (#), tutto il giorno'),
    'people-all': (_: string, value: string, count: number) =>
      n(count, `# persona, ${value}`, `tutti (#), ${value}`),
    'queue-takes-by-hand': () => 'lasciata fuori: non dà lavoro da sola',
    'queue-without-contacts': () => 'lasciata fuori: nessun contatto nel periodo',
    'ring-of-people': () => 'lasciato fuori: un passo che chiede a persone per nome',
  } satisfies Record<string, (queue: string, value: string, count: number) => string>,
}
