/** Faults of calendars and promises. */
export const ofPromises: Record<string, string> = {
  'There are no public holidays known for «{}».': 'Di «{}» non si conoscono i giorni festivi.',
  'It must close after it opens.': 'Deve chiudere dopo che ha aperto.',
  'It must close after it opens. Hours past midnight are two entries, until 24:00 and from 00:00 of the next day.':
    'Deve chiudere dopo che ha aperto. Oltre mezzanotte si scrive in due voci: fino alle 24:00, e dalle 00:00 del giorno dopo.',
  'This day has an exception already.': 'Questo giorno c’è già.',
  'It is never open: give it hours on at least one day.':
    'Non apre mai: dagli un orario in almeno un giorno.',
  'Write the moment with its offset, such as 2026-03-02T09:30:00Z.':
    'Scrivi il momento col suo fuso, per esempio 2026-03-02T09:30:00Z.',
  'These moments are more than twenty years apart.': 'Tra i due momenti ci sono più di vent’anni.',
  'Name every policy of the workspace once, in the order wanted.':
    'Nomina ogni promessa una volta, nell’ordine voluto.',
  'The warning comes before the target begins: warn later.':
    'L’avviso verrebbe prima dell’inizio: avvisa più tardi.',
  'There is no such calendar in this workspace.': 'Questo calendario non c’è.',
  'There is no such {} in this workspace.': 'In questo spazio non c’è: {}.',
  'A report of promises is by one of {}.': 'Un rapporto delle promesse va per uno di {}.',
}
