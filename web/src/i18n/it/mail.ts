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
  'auto-generated': 'inviata da un programma',
  bounce: 'mancata consegna',
  'delivery-receipt': 'ricevuta di consegna',
  'read-receipt': 'ricevuta di lettura',
  'calendar-reply': 'risposta a un invito',
  list: 'lista di posta',
  bulk: 'invio massivo',
  'pec-receipt': 'ricevuta PEC',
  'abuse-report': 'segnalazione di abuso',
}

/** What a message is or holds, beside its text. */
export const flags = {
  pec: 'PEC',
  forwarded: 'inoltrata',
  urgent: 'urgente',
  calendar: 'invito del calendario',
  'receipt-asked': 'chiede conferma di lettura',
  incomplete: 'letta solo in parte',
  'smime-signed': 'firmata (S/MIME)',
  'smime-encrypted': 'cifrata (S/MIME)',
  'pgp-signed': 'firmata (PGP)',
  'pgp-encrypted': 'cifrata (PGP)',
  tnef: 'allegati di Outlook (winmail.dat)',
  unsupported: 'contenuto che il canale non mostra',
}

export const leftOut = (name: string) => `non conservato: ${name}`

export const delivery = {
  received: 'Ricevuto',
  queued: 'In partenza',
  sent: 'Inviato',
  delivered: 'Consegnato',
  read: 'Letto',
  failed: 'Non è arrivato.',
}

/** Why a message did not leave, by code; other codes are the provider's, in its own words. */
export const undelivered: Record<string, { what: string; advice: string }> = {
  unknown: {
    what: 'Il collegamento si è interrotto durante l’invio: potrebbe essere arrivato.',
    advice: 'Chiedi al cliente, o guarda dal fornitore, prima di inviarlo di nuovo.',
  },
  'gave-up': {
    what: 'Dopo molti tentativi non è partito.',
    advice: 'Fai controllare l’account del canale, poi invialo di nuovo.',
  },
  'no-identity': {
    what: 'Il cliente non ha un indirizzo che questo canale possa raggiungere.',
    advice: 'Aggiungine uno alla scheda, o rispondi da un altro canale.',
  },
  'no-recipient': {
    what: 'Nessun destinatario ha un indirizzo e-mail.',
    advice: 'Aggiungilo alla scheda o ai destinatari.',
  },
  'no-account': {
    what: 'Il canale da cui doveva partire non c’è più.',
    advice: 'Rispondi da un altro canale.',
  },
  'too-long': {
    what: 'È più lungo di quanto il canale accetti.',
    advice: 'Accorcialo, o invialo in più parti.',
  },
  'too-many-files': {
    what: 'Ha più file di quanti il canale accetti.',
    advice: 'Invia meno file per volta.',
  },
  'too-large': {
    what: 'I file sono troppo grandi per questo canale.',
    advice: 'Invia file più piccoli, o meno file.',
  },
  'no-server': {
    what: 'La casella non ha un server per l’invio.',
    advice: 'Un amministratore lo aggiunge nelle impostazioni del canale.',
  },
  'dkim-key': {
    what: 'La chiave DKIM della casella non è valida.',
    advice: 'Un amministratore la corregge nelle impostazioni del canale.',
  },
  'private-address': {
    what: 'Il server di posta è in una rete privata non permessa.',
    advice: 'Chi gestisce l’installazione può permettere quella rete.',
  },
  'not-supported': {
    what: 'Il server di posta non sa fare quello che serve a questo messaggio.',
    advice: 'Usa un altro indirizzo.',
  },
  'errore-consegna': {
    what: 'La PEC non è stata consegnata.',
    advice: 'Controlla l’indirizzo PEC: una PEC arriva solo a una PEC.',
  },
  'non-accettazione': {
    what: 'Il gestore PEC non ha accettato il messaggio.',
    advice: 'Controlla indirizzi e allegati.',
  },
  'rilevazione-virus': {
    what: 'Il gestore PEC ha trovato un virus nel messaggio.',
    advice: 'Controlla i file allegati.',
  },
  infected: { what: 'Un file contiene un virus.', advice: 'Toglilo e invia di nuovo il messaggio.' },
  'scan-pending': { what: 'Un file è ancora in controllo.', advice: 'Invia di nuovo tra un momento.' },
}

export const rejected = {
  what: (words: string) => `Il server del destinatario l’ha rifiutato: «${words}».`,
  advice: 'Controlla l’indirizzo con il cliente, o rispondi da un altro canale.',
  /** What to do, by the beginning of the code (RFC 3463); the first that fits. */
  byCode: [
    ['5.1.2', 'Il dominio non esiste: controlla l’indirizzo e chiedilo al cliente da un altro canale.'],
    ['5.1.8', 'Rifiuta il nostro indirizzo: fai controllare dominio, SPF e DKIM della casella.'],
    ['5.1', 'L’indirizzo non esiste: controllalo e chiedilo al cliente da un altro canale.'],
    ['5.2.1', 'La casella è disattivata: chiedi al cliente un altro indirizzo.'],
    ['5.2.2', 'La casella è piena: riprova tra qualche giorno, o usa un altro canale.'],
    ['5.2', 'La casella per ora non riceve: riprova più tardi, o usa un altro canale.'],
    ['5.3.4', 'Il messaggio è troppo grande: invia file più piccoli, o un collegamento.'],
    ['5.4', 'Il server del destinatario non si raggiunge: riprova più tardi e controlla il dominio.'],
    ['5.6', 'Il destinatario non riesce a leggerlo: invialo come testo semplice.'],
    ['5.7', 'Rifiuta la nostra posta: fai controllare SPF, DKIM e DMARC e le liste di blocco.'],
    ['4.', 'Il destinatario non l’ha preso in tempo: riprova più tardi.'],
  ] as readonly (readonly [string, string])[],
  resend: 'Invialo di nuovo quando la causa è risolta.',
}

export const rich = {
  heading: 'Formattazione',
  bold: 'Grassetto',
  italic: 'Corsivo',
  bullets: 'Elenco puntato',
  numbers: 'Elenco numerato',
  quote: 'Citazione',
  link: 'Collegamento',
  address: 'Indirizzo del collegamento',
  put: 'Applica',
  noAddress: 'Non è un indirizzo: scrivi per esempio https://esempio.it',
}
