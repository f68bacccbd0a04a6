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
  typing: (name: string) => `${name} sta scrivendo`,
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
  missing: (names: string) => `Da completare a mano: ${names}`,
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
