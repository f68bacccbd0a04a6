/** Faults of conversations, canned replies and macros: see `faults.ts`. */
export const ofWork: Record<string, string> = {
  // conversations
  'Write something, or attach a file.': 'Scrivi qualcosa, o allega un file.',
  'Write something, or take the message back.': 'Scrivi qualcosa, o ritira il messaggio.',
  'A message holds at most {} characters; this one has {}.':
    'Un messaggio ha al massimo {} caratteri; questo ne ha {}.',
  'A message holds at most {} characters, and no NUL.': 'Un messaggio ha al massimo {} caratteri.',
  'A message takes at most {} files.': 'Un messaggio porta al massimo {} file.',
  'The HTML of a message holds at most {} characters.': 'Il testo formattato ha al massimo {} caratteri.',
  'The text holds a NUL character.': 'Il testo contiene un carattere che non si può inviare.',
  'The subject holds a NUL character.': 'L’oggetto contiene un carattere che non si può inviare.',
  'A subject holds at most {} characters.': 'Un oggetto ha al massimo {} caratteri.',
  'A draft holds at most {} characters, and no NUL.': 'Una bozza ha al massimo {} caratteri.',
  'A note holds at most {} characters, and no NUL.': 'Una nota ha al massimo {} caratteri.',
  'A note holds at most {} characters of text.': 'Una nota ha al massimo {} caratteri.',
  'A note names at most {} colleagues.': 'Una nota nomina al massimo {} colleghi.',
  'Colleagues are mentioned in notes: a message goes to the customer.':
    'I colleghi si nominano nelle note: il messaggio va al cliente.',
  'One of the colleagues you name does not work here.': 'Una delle persone che nomini non lavora qui.',
  'The message that this one answers is not in this conversation.':
    'Il messaggio a cui rispondi non è in questa conversazione.',
  'There is no such file. Upload it again.': 'Questo file non c’è più: allegalo di nuovo.',
  'A duration lies between 0 and 86,400 seconds.': 'Una durata va da 0 a 86.400 secondi.',
  'This is not a number of seconds.': 'Non è un numero di secondi.',
  'A conversation cannot be linked to itself.': 'Una conversazione non si può collegare a sé stessa.',
  'A conversation cannot be merged into itself.': 'Una conversazione non si può unire a sé stessa.',
  'A conversation takes at most {} labels.': 'Una conversazione porta al massimo {} etichette.',
  "A label's name is one line without a comma.": 'Il nome di un’etichetta è una riga sola, senza virgole.',
  'A priority is one of {}.': 'La priorità è una di queste: {}.',
  'At least one message must stay. To give the whole another subject, rename it.':
    'Almeno un messaggio deve restare. Per dare un altro oggetto a tutta la conversazione, rinominala.',
  'Choose messages or notes of this conversation.': 'Scegli messaggi o note di questa conversazione.',
  'On this channel the customer writes first.': 'Su questo canale scrive prima il cliente.',
  'There is no such channel account, or it is switched off.': 'Questo canale non c’è, o è spento.',
  'Say to whom: a contact, an address or a number.': 'Scrivi a chi: una persona, un indirizzo o un numero.',
  'Say to whom: a person, a team or a queue.': 'Scegli a chi: una persona, un gruppo o una coda.',
  "Say until when, or that it waits for the customer's reply.":
    'Scrivi fino a quando, o che aspetta la risposta del cliente.',
  'Say until when, or until the customer writes.': 'Scrivi fino a quando, o fino alla risposta del cliente.',
  'This moment is past. Choose a later one.': 'Questo momento è già passato: scegline uno più avanti.',
  'This is more than five years away. Choose a nearer moment.':
    'È fra più di cinque anni: scegli un momento più vicino.',
  'There is no {}/{}/{}.': 'Il {}/{}/{} non esiste.',
  'There is no {}:{} on the clock.': 'Le {}:{} non esistono.',
  '«{}» cannot be read as a time. Try «domani alle 9», «lunedì», «fra 2 ore», «next Friday at 3pm».':
    '«{}» non si legge come un momento. Prova «domani alle 9», «lunedì», «fra 2 ore».',
  'An action on many is one of {}.': 'Un’azione su molte è una di queste: {}.',
  'Give either the ids, or a view.': 'Scegli delle conversazioni, oppure una vista.',
  'At most {} conversations at a time; these are {}.':
    'Al massimo {} conversazioni per volta; queste sono {}.',
  'A view is one of {}, or the id of a saved one.': 'Questa vista non esiste più.',
  'A saved view begins from one of {}.': 'Una vista salvata parte da una di queste: {}.',
  'A view needs a name.': 'Una vista vuole un nome.',
  'One person keeps at most {} views: take one away first.':
    'Si tengono al massimo {} viste: prima togline una.',
  'A search has at most {} characters.': 'Una ricerca ha al massimo {} caratteri.',
  'A search takes at most {} words.': 'Una ricerca ha al massimo {} parole.',
  'A status is open, waiting, snoozed or resolved.':
    'Lo stato è aperta, in attesa, rimandata o risolta (open, waiting, snoozed, resolved).',
  'One can ask for has:attachment.': 'Si può chiedere has:attachment.',
  'One can search in {}.': 'Si può cercare in {}.',
  '«{}» is not a day: write {} or {}.': '«{}» non è un giorno: scrivi 2026-03-01 o 1/3/2026.',
  'Each channel has one rule.': 'Ogni canale ha una regola sola.',
  'Choose between 1 day and 100 years.': 'Scegli tra 1 giorno e 100 anni.',

  // canned replies and macros
  'A canned reply needs a text.': 'Una risposta pronta vuole un testo.',
  'Give a text or a canned reply.': 'Scrivi un testo, o scegli una risposta pronta.',
  'Say which labels.': 'Scegli le etichette.',
  'Say for which brand.': 'Scegli per quale marchio.',
  'Say for which team.': 'Scegli per quale gruppo.',
  'A variable is written {}': 'Una variabile si scrive {{contact.first_name}}.',
  'There is no variable «{}». There are: {}': 'Non c’è una variabile «{}»: sceglila dal menu.',
}
