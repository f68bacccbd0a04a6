import type { WidgetSettings } from './types'

/** What a new chat begins with where the schema names no default: lists and texts. */
export const beginning: Pick<WidgetSettings, 'languages' | 'when_closed' | 'texts'> = {
  languages: ['it', 'en'],
  when_closed: ['message'],
  texts: {
    launcher: { it: 'Scrivici', en: 'Chat with us' },
    greeting: { it: 'Ciao, come possiamo aiutarti?', en: 'Hello, how can we help?' },
    intro: { it: 'Due domande, poi parli con noi.', en: 'Two questions, then you talk to us.' },
    closed: {
      it: 'Ora non c’è nessuno, ma leggiamo tutto.',
      en: 'Nobody is here right now, but we read everything.',
    },
  },
}

/** Kinds of files a new chat takes. */
export const fileTypes = ['image/*', 'application/pdf', 'audio/*', 'video/mp4', 'text/plain']
