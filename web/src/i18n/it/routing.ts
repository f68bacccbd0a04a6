import { pluralIt as n } from '../plural'

/** Work that is offered. */
export const offers = {
  region: 'Lavoro proposto a te',
  title: (who: string) => `${who}: la prendi tu?`,
  announce: (who: string, channel: string, seconds: number | null) =>
    `Proposta: ${who}, ${channel}.${seconds === null ? '' : ` ${n(seconds, '# secondo', '# secondi')} per rispondere.`}`,
  accept: 'Accetta',
  decline: 'Rifiuta',
  reason: 'Perché no?',
  seconds: (count: number) => n(count, 'Resta # secondo', 'Restano # secondi'),
  over: 'Tempo scaduto',
  waits: (words: string) => `Attende da ${words}.`,
  best: 'Sei la persona adatta più libera.',
  first: 'È la prima della fila.',
  ring: (step: number) => `passo ${step} della ricerca`,
  lastContact: 'Ultimo contatto',
  noContact: 'È la prima volta che scrive',
  more: (count: number) => n(count, 'e # altra risposta', 'e altre # risposte'),
  ended: {
    accepted: (who: string) => `${who}: l’hai accettata da un’altra finestra.`,
    declined: (who: string) => `${who}: l’hai rifiutata da un’altra finestra.`,
    expired: (who: string) => `${who}: il tempo è passato, la proposta è andata ad altri.`,
    withdrawn: (who: string, reason: string | null) =>
      reason === 'pulled'
        ? `${who}: l’ha presa un collega.`
        : reason === 'agent-left'
          ? `${who}: hai cambiato stato, la proposta è andata ad altri.`
          : reason === 'abandoned'
            ? `${who}: il cliente è andato via.`
            : `${who}: non serve più, la proposta è stata ritirata.`,
  },
  acceptFirst: 'Accetta la proposta',
  declineFirst: 'Rifiuta la proposta',
}

/** The work after a contact. */
export const wrapUp = {
  heading: 'Chiusura del contatto',
  of: (who: string) => `Chiusura: ${who}`,
  begun: (who: string) => `Risolta: ${who}. Ora la chiusura.`,
  left: (clock: string) => `restano ${clock}`,
  noLimit: 'Senza limite di tempo',
  over: 'Tempo finito: di’ com’è andata.',
  disposition: 'Com’è andata',
  required: 'serve',
  choose: 'Scegli l’esito',
  find: 'Cerca un esito',
  none: 'Nessun esito con questo nome',
  needed: 'Scegli com’è andata: questa coda lo chiede.',
  unfit: 'Questo esito non si può più usare qui: scegline un altro.',
  noteFault: 'La nota è troppo lunga: al massimo 2.000 caratteri.',
  note: 'Nota sull’esito',
  notePlace: 'Una riga per chi verrà dopo (facoltativa)',
  extend: 'Più tempo',
  end: 'Fine',
  open: 'Vai alla chiusura',
}

/** Why a conversation is where it is. */
export const why = {
  mine: 'Perché a me',
  theirs: 'Perché è qui',
  waiting: 'Chi la prende, e quando',
  none: 'Battito non l’ha ancora proposta a nessuno.',
  noneMore: 'È stata presa a mano, o la sua coda non propone lavoro.',
  ruled: (rule: string, version: number, queue: string) =>
    `${queue ? `In ${queue}: l’ha` : 'L’ha'} deciso la regola «${rule}», versione ${version}.`,
  unruled: (version: number) =>
    `Nessuna regola corrispondeva (versione ${version}): vale la coda del canale.`,
  tryRules: 'Prova le regole con questa',
  given: (who: string) => `Data a ${who}`,
  offered: (who: string) => `Proposta a ${who}`,
  outcomes: {
    accepted: 'ha accettato',
    declined: 'ha rifiutato',
    expired: 'non ha risposto',
    withdrawn: 'ritirata',
    live: 'in attesa di risposta',
  },
  after: (words: string) => `dopo ${words} di attesa`,
  step: (step: number) => `passo ${step} della ricerca`,
  passed: (count: number) => n(count, '# persona non scelta', '# persone non scelte'),
  somebody: 'qualcuno',
  position: 'In fila',
  place: (position: number) => `${position}º`,
  expected: 'Attesa prevista',
  about: (words: string, error: string | null) => (error ? `${words}, più o meno ${error}` : words),
  unknown: 'non si può ancora dire',
  sinceThen: 'Attende da',
  ring: 'Passo',
  ringOf: (step: number, all: number) => `${step} di ${all}`,
  nextRing: (clock: string) => `il prossimo tra ${clock}`,
  skills: 'Competenze cercate',
  level: (name: string, level: number) => `${name} ${level}`,
  could: 'Potrebbero prenderla',
  nobody: 'Ora nessuno',
  obstacles: (count: number) => n(count, '# persona non può ora', '# persone non possono ora'),
}
