import type { LanguageCode } from '../i18n/i18n.svelte'
import type { FloorMessages } from '../i18n/it/floor'

let messages = $state.raw<FloorMessages | null>(null)
let loaded = $state<LanguageCode | null>(null)

/** The words of the floor. Few people read them, so they come with its screens. */
export const tf: FloorMessages = new Proxy({} as FloorMessages, {
  get(_, section) {
    if (!messages) throw new Error('tf was read before its language was loaded')
    return messages[section as keyof FloorMessages]
  },
})

export function textReady(): boolean {
  return loaded !== null
}

/** Load the words of a language; until they are here the ones on screen stay. */
export async function useFloorText(code: LanguageCode): Promise<void> {
  if (code === loaded) return
  messages =
    code === 'it' ? (await import('../i18n/it/floor')).floor : (await import('../i18n/en/floor')).floor
  loaded = code
}
