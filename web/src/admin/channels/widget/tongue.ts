import { language } from '../../../i18n/i18n.svelte'
import type { Words } from './types'

/** A text in the reader's language, else in any that it has. */
export const inTongue = (words: Words): string | undefined =>
  words[language()] || Object.values(words).find(Boolean)
