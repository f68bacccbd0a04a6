import type { LanguageCode } from '../i18n/i18n.svelte'
import type { AdminMessages } from '../i18n/it/admin'

let messages = $state.raw<AdminMessages | null>(null)
let loaded = $state<LanguageCode | null>(null)

/** The words of the administration. They are many and few people read them, so they come with its pages. */
export const ta: AdminMessages = new Proxy({} as AdminMessages, {
  get(_, section) {
    if (!messages) throw new Error('ta was read before its language was loaded')
    return messages[section as keyof AdminMessages]
  },
})

export function textReady(): boolean {
  return loaded !== null
}

/** Load the words of a language; until they are here the ones on screen stay. */
export async function useAdminText(code: LanguageCode): Promise<void> {
  if (code === loaded) return
  messages =
    code === 'it' ? (await import('../i18n/it/admin')).admin : (await import('../i18n/en/admin')).admin
  loaded = code
}
