import { language } from '../../i18n/i18n.svelte'

const locales = { it: 'it-IT', en: 'en-GB' }

/** A moment to the second, short enough for a list: 22 nov 2026, 03:07:12. */
export function exactly(when: string): string {
  return new Intl.DateTimeFormat(locales[language()], { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(when),
  )
}
