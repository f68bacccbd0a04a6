/** Faults of channels, queues, calendars, the floor and reports: see `faults.ts`. */
export const ofChannels: Record<string, string> = {
  // channels
  'This installation has no channel «{}».': 'Questa installazione non ha il canale «{}».',
  'There is no such channel account.': 'Questo canale non c’è.',
  'This channel has no secrets.': 'Questo canale non ha segreti.',
  'Say how customers know this account: its mailbox, number or name.':
    'Scrivi come la conoscono i clienti: la casella, il numero o il nome.',
  '«{}» is none of {}, all.': '«{}» non è tra questi: {}, all.',
  "Give the mailbox's address, such as {}.": 'Scrivi l’indirizzo della casella, per esempio {}.',
  'This is not a mail address.': 'Non è un indirizzo e-mail.',
  'Handled mails must go to another folder than the one they are fetched from.':
    'I messaggi lavorati vanno in una cartella diversa da quella da cui si leggono.',
  "Give the provider's token address; it begins with https://.":
    'Scrivi l’indirizzo dei token del fornitore: comincia con https://.',
  'Give the id of the application that you registered with the provider.':
    'Scrivi l’identificativo dell’applicazione registrata presso il fornitore.',
  'Give the refresh token that the provider gave you.': 'Scrivi il refresh token avuto dal fornitore.',
  'Signing needs a domain, a selector and a private key.':
    'Per firmare servono un dominio, un selettore e una chiave privata.',
  "Give the server's name.": 'Scrivi il nome del server.',
  'Give the user name with which Battito signs in.': 'Scrivi l’utente con cui Battito si collega.',
  'Give the password.': 'Scrivi la password.',

  // web chat
  'A consent is missing.': 'Manca un consenso.',
  'Some answers are missing or cannot be used.': 'Alcune risposte mancano o non vanno bene.',
  'The wording has changed meanwhile.': 'Il testo nel frattempo è cambiato.',
  'This consent is required to begin.': 'Questo consenso serve per cominciare.',
  'This widget asks no such consent.': 'Questa chat non chiede questo consenso.',
  'This widget has no such field.': 'Questa chat non ha questo campo.',
  'This cannot be used.': 'Così non va bene.',
  'This time is no longer free: please choose another.': 'Questo orario non è più libero: scegline un altro.',
  'Write a number with its prefix, such as {}.': 'Scrivi un numero con il prefisso, come +39 333 1234567.',
  'Write an address such as {}.': 'Scrivi un indirizzo come nome@example.com.',
  'At most {} characters; this has {}.': 'Al massimo {} caratteri; questo ne ha {}.',
  'At most {} files in one message.': 'Al massimo {} file in un messaggio.',
  'Write digits only.': 'Scrivi solo cifre.',
  'Choose one of the answers.': 'Scegli una delle risposte.',
  'Write a site as https://www.example.it, without a path; https://*.example.it covers its subdomains.':
    'Scrivi un sito come https://www.example.it, senza percorso; https://*.example.it vale per i sottodomini.',
  'A site without https lets others read the chat: only localhost may use http.':
    'Un sito senza https lascia leggere la chat ad altri: solo localhost può usare http.',
  'A choice needs at least one option.': 'Una scelta vuole almeno una risposta.',
  'A link begins with https:// or with /.': 'Un collegamento comincia con https:// o con /.',
  'The logo must lie on this installation: upload it, or give a path that begins with /.':
    'Il logo sta su questa installazione: caricalo, o scrivi un percorso che comincia con /.',
  'Write a type as image/* or application/pdf.': 'Scrivi un tipo come image/* o application/pdf.',
  'This time zone is not known: write it as Europe/Rome.': 'Non è un fuso orario: scrivilo come Europe/Rome.',
  'No holidays are known for this place: write a country as IT, or with a region as IT-TO.':
    'Di questo luogo non si conoscono le festività: scrivi un Paese come IT, o con la regione come IT-TO.',
  'Closing comes after opening; hours past midnight are two entries.':
    'Si chiude dopo l’apertura; le ore oltre la mezzanotte sono due righe.',
  'The last day comes before the first.': 'L’ultimo giorno viene prima del primo.',
  "Write this in at least one of the widget's languages ({}).":
    'Scrivilo in almeno una delle lingue della chat ({}).',
  '«{}» is there twice.': '«{}» c’è due volte.',

  // queues and routing
  'Name a conversation, or make one up.': 'Scegli una conversazione, o inventane una.',
  'Two rules have the same id.': 'Due regole hanno lo stesso identificativo.',
  'Somebody in this list does not work in this workspace any more.':
    'Qualcuno di questo elenco non lavora più in questo spazio di lavoro.',
  'This rule names something that is not in this workspace.':
    'Questa regola nomina qualcosa che non è in questo spazio di lavoro.',
  'A queue cannot overflow into itself.': 'Una coda non può passare il lavoro a sé stessa.',
  'Only the last step may go on without end.': 'Solo l’ultimo passo può durare senza fine.',
  'Name somebody, or leave this out: then everybody is asked.':
    'Scegli qualcuno, o lascia vuoto: allora vale per tutti.',
  'One of these colleagues does not exist.': 'Una di queste persone non c’è.',
  'One of these skills does not exist.': 'Una di queste competenze non esiste.',
  'Two channels cannot interrupt each other, nor one itself.':
    'Due canali non possono interrompersi a vicenda, né uno sé stesso.',
  'It cannot stand under this one.': 'Non può stare sotto questo.',
  'Choose one of: {}.': 'Scegli uno di questi: {}.',
  'Say how it ended: this queue wants a disposition.': 'Scegli l’esito: questa coda lo chiede.',
  'Say how many seconds more, up to {}.': 'Scrivi quanti secondi in più, al massimo {}.',
  "This is not one of the queue's dispositions, or it has finer ones below.":
    'Non è un esito di questa coda, o ne ha di più precisi sotto.',

  // calendars
  'It closes after it opens.': 'Si chiude dopo l’apertura.',
  'It closes after it opens. Hours past midnight are two entries, until 24:00 and from 00:00 of the next day.':
    'Si chiude dopo l’apertura. Le ore oltre la mezzanotte sono due righe: fino alle 24:00, e dalle 00:00 del giorno dopo.',
  'It is never open: give it hours on at least one day.':
    'Non è mai aperto: dagli delle ore almeno un giorno.',
  'There are no public holidays known for «{}».': 'Di «{}» non si conoscono le festività.',
  'These moments are more than twenty years apart.': 'Tra questi due momenti passano più di vent’anni.',
  'This day has an exception already.': 'Questo giorno ha già un’eccezione.',
  'Write the moment with its offset, such as {}.':
    'Scrivi il momento con il suo fuso, come 2026-03-02T09:30:00Z.',

  // the floor and its history
  'A channel is named by its kind, such as email.': 'Un canale si indica con il suo tipo, come email.',
  'A figure is one of {}.': 'Il numero è uno di questi: {}.',
  'A report comes as json, csv or parquet.': 'Un resoconto è json, csv o parquet.',
  'A report comes as json or csv.': 'Un resoconto è json o csv.',
  'A report is by one of {}.': 'Un resoconto è per uno di questi: {}.',
  'An interval is one of {}.': 'Un intervallo è uno di questi: {}.',
  'At most {} intervals at once: take longer ones, or a shorter time.':
    'Al massimo {} intervalli per volta: prendine di più lunghi, o un tempo più breve.',
  'Give a date such as {}, or a time such as {}.': 'Scrivi una data, come 2026-03-29.',
  'The end must come after the beginning.': 'La fine viene dopo l’inizio.',
  'Only what somebody has in hand now can be narrowed to a person.':
    'Solo quello che è in mano adesso si può restringere a una persona.',
  'It is over when it is better than the warning, not worse.':
    'Si chiude quando è meglio della soglia di attenzione, non peggio.',
  'Say from where on to warn, or what is a breach.': 'Scrivi da dove avvisare, o che cosa è un superamento.',
  'The breach must be worse than the warning.': 'Il superamento deve essere peggio dell’attenzione.',
  'Write up to {} characters of text.': 'Scrivi al massimo {} caratteri.',
}
