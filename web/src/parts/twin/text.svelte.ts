import type { LanguageCode } from '../../i18n/i18n.svelte'
import type { TwinMessages } from '../../i18n/it/twin'

let messages = $state.raw<TwinMessages | null>(null)
let loaded = $state<LanguageCode | null>(null)

/** The words of the twin. Few people read them, so they come with its screens. */
export const tw: TwinMessages = new Proxy({} as TwinMessages, {
  get(_, section) {
    if (!messages) throw new Error('tw was read before its language was loaded')
    return messages[section as keyof TwinMessages]
  },
})

export function textReady(): boolean {
  return loaded !== null
}

/** Load the words of a language; until they are here the ones on screen stay. */
export async function useTwinText(code: LanguageCode): Promise<void> {
  if (code === loaded) return
  messages =
    code === 'it' ? (await import('../../i18n/it/twin')).twin : (await import('../../i18n/en/twin')).twin
  loaded = code
}
