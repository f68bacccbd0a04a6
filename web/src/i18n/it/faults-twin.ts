/** What the twin says is wrong with a scenario or a change: see `faults.ts`. */
export const ofTwin: Record<string, string> = {
  // the text
  'Unknown key `{}` in {}. Did you mean `{}`?': 'La chiave `{}` in {} non esiste. Forse `{}`?',
  'Unknown key `{}` in {}. Known keys: {}.': 'La chiave `{}` in {} non esiste. Ci sono: {}.',
  'The scenario is not valid YAML: {}': 'Questo non è YAML valido: {}',
  'The scenario is nested too deeply.': 'Lo scenario è annidato troppo a fondo.',
  'Write it out: `*` aliases are not taken here.': 'Scrivilo per esteso: gli alias con `*` qui non valgono.',
  'A scenario is a mapping with `queues` and `agents` at its top level.':
    'Uno scenario ha in cima `queues` e `agents`.',
  '`agents` is a list of {count, skills, shift}.': '`agents` è un elenco di {count, skills, shift}.',
  '`{}` is a mapping from names to their settings.': '`{}` va scritto come nomi, ognuno con le sue chiavi.',
  'The scenario has no `queues`.': 'Lo scenario non ha code (`queues`).',
  'The scenario has no `agents`.': 'Lo scenario non ha persone (`agents`).',
  'A scenario has at most {} kB.': 'Uno scenario ha al massimo {} kB.',
  // values
  '{} is missing: a number, or a list with one per interval.':
    'Manca {}: un numero, o un elenco con uno per intervallo.',
  '{} is missing: {mean_s, cv}, {lognormal: [mu, sigma]} or {exponential: mean_s}.':
    'Manca {}: {mean_s, cv}, {lognormal: [mu, sigma]} o {exponential: mean_s}.',
  '{} is missing: only the last ring may go on for ever.':
    'Manca {}: solo l’ultimo passo può non finire mai.',
  '{} needs exactly one of {}.': 'In {} serve proprio uno tra {}.',
  '{} needs exactly one of `mean_s` and `hazard` (or is null: nobody gives up).':
    'In {} serve `mean_s` oppure `hazard` (o null: nessuno rinuncia).',
  '{} must be above 0.': '{} dev’essere più di 0.',
  '{} must be 0 or more.': '{} dev’essere 0 o più.',
  '{} must be at least 1.': '{} dev’essere almeno 1.',
  '{} must be from 0 to less than hours.': '{} va da 0 a meno di `hours`.',
  '{} must be from 0.5 to below 1.': '{} va da 0,5 a meno di 1.',
  '{} must be one or more numbers not below 0.': '{} vuole uno o più numeri non sotto lo 0.',
  '{} must be a list of seconds, 0 or more.': '{} è un elenco di secondi, 0 o più.',
  '{}: levels are whole numbers from 1 to 5.': '{}: i livelli sono numeri interi da 1 a 5.',
  '{}: the mean must be above 0 and at most {} seconds, and cv from 0 to 1000.':
    '{}: la media va da più di 0 a {} secondi, e cv da 0 a 1000.',
  '{} goes with `mean_s`.': '{} va con `mean_s`.',
  '{} is not another queue of the scenario.': '{} non è un’altra coda dello scenario.',
  'In {}: a time of day reads "08:30", not "{}".': 'In {}: un’ora si scrive "08:30", non "{}".',
  '{} reads "08:00-16:30" or [8, 16.5], not "{}".': '{} si scrive "08:00-16:30" o [8, 16.5], non "{}".',
  'Two scenarios can only be compared over the same `hours`, `warmup_hours` and `start`.':
    'Due scenari si confrontano solo con gli stessi `hours`, `warmup_hours` e `start`.',
  // how much
  'recording: a file cannot be read from here: name a period of the workspace instead.':
    'Da qui non si legge un file: scegli dei giorni registrati.',
  '{}: at most {}.': '{}: al massimo {}.',
  '{}: one run would have about {} contacts; at most {}. Take fewer hours.':
    '{}: una simulazione avrebbe circa {} contatti; al massimo {}. Prendi meno ore.',
  '{}: about {} contacts in all; at most {}. Take at most {} replications.':
    '{}: circa {} contatti in tutto; al massimo {}. Prendi al massimo {} simulazioni.',
  'This took more than {} seconds. Take fewer hours or replications.':
    'Ci sono voluti più di {} secondi. Prendi meno ore o meno simulazioni.',
  'The simulation stopped without an answer: it needed more memory or time than a run may take. Take fewer hours or replications.':
    'La simulazione si è fermata senza risposta: chiedeva più memoria o tempo di quanto può. Prendi meno ore o meno simulazioni.',
  // changes
  'The scenario has no queue `{}`. {}': 'Lo scenario non ha la coda `{}`. {}',
  'The scenario has no profile `{}`. {}': 'Lo scenario non ha il gruppo `{}`. {}',
  'The scenario has no channel `{}`. {}': 'Lo scenario non ha il canale `{}`. {}',
  '0 people more are nobody: give a number above or below 0.':
    '0 persone sono nessuna: scrivi un numero diverso da 0.',
  'There are at most {} of these people in those hours: no more than they can be taken away.':
    'Di queste persone in quelle ore ce ne sono al massimo {}: non se ne possono togliere di più.',
  'This queue has {}.': 'I passi di questa coda: {}.',
  'This ring is the last one and asks for nothing that a next one could do without: say what comes after it.':
    'Questo passo è l’ultimo e non chiede nulla di cui uno dopo possa fare a meno: dagli prima un passo che segue.',
  'Nobody takes {} beside something else: there is no blending to switch off.':
    'Nessuno prende {} insieme ad altro: non c’è nulla da sospendere.',
  'These hours are empty.': 'Queste ore sono vuote.',
  // periods
  'A weekday is a number from 0 (Monday) to 6, or all.': 'Un giorno è un numero da 0 (lunedì) a 6, o all.',
  'Give a scenario, or ask for the workspace as it is with `live`: one of both.':
    'Dai uno scenario, o chiedi com’è adesso con `live`: uno dei due.',
  'The period is empty: its end lies before its beginning.':
    'Il periodo è vuoto: finisce prima di cominciare.',
  'At most {} days at once.': 'Al massimo {} giorni per volta.',
  'The period to replay is empty, or longer than a year.':
    'Il periodo da rigiocare è vuoto, o più lungo di un anno.',
}
