import type { Messages } from './it'

export type LanguageCode = 'it' | 'en'
export const languages: readonly LanguageCode[] = ['it', 'en']

/** Plural forms as `Intl.PluralRules` names them; Italian and English need only these two. */
export interface Forms {
  one: string
  other: string
}

let code = $state<LanguageCode>('it')
let messages = $state.raw<Messages | null>(null)

/** The messages of the chosen language. Reading a section is reactive, so a change of language repaints. */
export const tr: Messages = new Proxy({} as Messages, {
  get(_, section) {
    if (!messages) throw new Error('tr was read before a language was loaded')
    return messages[section as keyof Messages]
  },
})

/** The code of the language in use, for `Intl` and for `<html lang>`. */
export function language(): LanguageCode {
  return code
}

/** Load a language's messages and use them from now on. */
export async function useLanguage(wanted: LanguageCode): Promise<void> {
  messages = wanted === 'it' ? (await import('./it')).it : (await import('./en')).en
  code = wanted
  document.documentElement.lang = wanted
}

/** The language to begin with: the one kept from last time, else the browser's, else Italian. */
export function firstLanguage(kept: string | null, preferred: readonly string[]): LanguageCode {
  for (const tag of [kept ?? '', ...preferred]) {
    const match = languages.find((known) => tag.toLowerCase().split('-')[0] === known)
    if (match) return match
  }
  return 'it'
}
