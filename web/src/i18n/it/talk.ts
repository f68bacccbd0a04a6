import { pluralIt as n } from '../plural'

const list = new Intl.ListFormat('it', { type: 'conjunction' })

export const talk = {
  nothing: (count: number) =>
    count === 0
      ? 'Nessuno aspetta una risposta da te'
      : n(count, '# cliente aspetta la tua risposta', '# clienti aspettano la tua risposta'),
  openFirst: 'apre la prima',
  findAll: 'trova tutto',
  failed: 'Non riesco ad aprire la conversazione',
  noSubject: 'Senza oggetto',
  number: (value: number) => `n. ${value}`,
  more: 'Altre azioni',
  region: 'Conversazione aperta',
  messages: 'Messaggi della conversazione',
  newMessages: 'Nuovi messaggi',
  toEnd: 'Vai alla fine',
  loadingOlder: 'Carico i messaggi precedenti',
  unowned: 'In coda, senza nessuno',
  ownedBy: (name: string) => `La segue ${name}`,
  ownedByBot: (name: string) => `La segue ${name}, automatica`,
  mergedInto: 'Unita a un’altra conversazione: aprila',
  snoozedUntil: (until: string) => `Torna ${until}`,
  linked: 'Conversazione collegata',
}

export const message = {
  actions: 'Azioni sul messaggio',
  by: {
    customer: 'scrive il cliente',
    agent: 'scrive un collega',
    bot: 'scrive un assistente automatico',
    system: 'scrive il sistema',
  },
  byBot: 'Dall’assistente automatico',
  note: 'Nota interna',
  deleted: 'Messaggio eliminato',
  edited: 'modificato',
  copy: 'Copia il testo',
  copied: 'Copiato',
  splitFrom: 'Dividi la conversazione da qui…',
  raw: 'Vedi l’originale',
  dropNote: 'Elimina la nota',
  takeBack: 'Ritira il messaggio',
  dropped: 'Eliminato',
  asText: 'Vedi solo il testo',
  asHtml: 'Vedi com’è arrivata',
  mailOf: (name: string) => `E-mail di ${name}`,
  picturesBlocked: 'Immagini esterne bloccate: direbbero al mittente che hai letto.',
  showPictures: 'Mostra',
  showQuote: 'Mostra citazione e firma',
  foldQuote: 'Nascondi citazione e firma',
  openPicture: (name: string) => `Apri l’immagine ${name}`,
  infected: 'contiene un virus: bloccato',
  scanning: 'controllo in corso',
}

export const mail = {
  from: 'Da',
  to: 'A',
  cc: 'Cc',
  bcc: 'Ccn',
  subject: 'Oggetto',
  toLine: (names: string) => `a ${names}`,
  more: 'Cc, Ccn, oggetto',
  bad: (what: string) => `Non è un indirizzo: ${what}`,
}

export const auto = {
  'auto-reply': 'risposta automatica',
  bounce: 'mancata consegna',
  list: 'lista di posta',
  'pec-receipt': 'ricevuta PEC',
  receipt: 'ricevuta',
}

export const delivery = {
  received: 'Ricevuto',
  queued: 'In partenza',
  sent: 'Inviato',
  delivered: 'Consegnato',
  read: 'Letto',
  failed: 'Non è arrivato.',
}

export const sending = {
  held: (seconds: number) => `Parte tra ${seconds} s`,
  now: 'Invia subito',
  sending: 'In partenza',
  waiting: 'Parte appena torna la rete',
  failed: 'Non è partito.',
  notOwner: 'Non è partito: nel frattempo la conversazione è passata ad altri.',
  anyway: 'Invia lo stesso',
  edit: 'Modifica',
}

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

export const present = {
  writesReply: (name: string) => `${name} sta scrivendo`,
  writesNote: (name: string) => `${name} scrive una nota`,
  looking: (names: string[]) =>
    n(names.length, `${list.format(names)} guarda`, `${list.format(names)} guardano`),
}

export const guard = {
  closed: {
    merged: 'È stata unita a un’altra conversazione: scrivi lì.',
    permission: 'Il tuo ruolo legge ma non risponde.',
    channel: 'Questo canale non è più collegato.',
    owner: 'La segue un’altra persona.',
  },
  bot: (name: string) => `Sta rispondendo ${name}, l’assistente automatico. Se scrivi tu, si ferma.`,
  takeFromBot: 'Rispondi tu',
  owned: (name: string) => `La segue ${name}. Se rispondi, passa a te.`,
  writeAnyway: 'Rispondi tu',
  writing: (name: string) => `${name} sta scrivendo una risposta proprio ora.`,
  writeToo: 'Scrivi comunque',
}

export const compose = {
  heading: 'Scrivi',
  reply: (channel: string) => `Risposta, ${channel}`,
  note: 'Nota interna',
  replyLabel: 'Testo della risposta',
  noteLabel: 'Testo della nota, la vedono solo i colleghi',
  replyPlaceholder: 'Scrivi al cliente. Con ; trovi le risposte pronte',
  notePlaceholder: 'Scrivi ai colleghi. Con @ ne chiami uno; il cliente non la vede',
  canned: 'Risposte pronte',
  noCanned: 'Nessuna risposta pronta con queste lettere',
  mention: 'Menziona un collega',
  nobody: 'Nessuno con questo nome',
  attach: 'Allega un file',
  fileType: 'questo canale non accetta file di questo tipo',
  fileSize: (most: string) => `troppo grande: al massimo ${most}`,
  fileCount: (most: number) => n(most, 'al massimo # file per messaggio', 'al massimo # file per messaggio'),
  left: (count: number) =>
    count >= 0
      ? n(count, '# carattere ancora', '# caratteri ancora')
      : n(-count, '# carattere di troppo', '# caratteri di troppo'),
  removeFile: (name: string) => `Togli ${name}`,
  uploading: (name: string) => `Carico ${name}`,
  send: 'Invia',
  addNote: 'Aggiungi nota',
  sendMore: 'Altri modi di inviare',
  sendResolve: 'Invia e risolvi',
  sendOpen: 'Invia e lascia da rispondere',
  saving: 'Salvo la bozza…',
  savedHere: 'Bozza salvata su questo computer',
  savedAt: (at: string) => `Bozza salvata ${at}`,
}
