import type { Forms } from './i18n.svelte'

const rules = { it: new Intl.PluralRules('it'), en: new Intl.PluralRules('en') }
const numbers = { it: new Intl.NumberFormat('it-IT'), en: new Intl.NumberFormat('en-GB') }

/** `#` in the chosen form becomes the number, written the way the language writes it. */
function pluralIn(language: 'it' | 'en', n: number, forms: Forms): string {
  const form = rules[language].select(n) === 'one' ? forms.one : forms.other
  return form.replace('#', numbers[language].format(n))
}

export const pluralIt = (n: number, one: string, other: string) => pluralIn('it', n, { one, other })
export const pluralEn = (n: number, one: string, other: string) => pluralIn('en', n, { one, other })
