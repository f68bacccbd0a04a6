import { t } from '../i18n'
import type { Config } from '../protocol'

/** Puts the brand's colours to work; the server has chosen them so that every text on them can be read (4.5:1). */
export function paint({ theme, name }: Config): void {
  const { style } = document.documentElement
  style.setProperty('--accent', theme.accent)
  style.setProperty('--on-accent', theme.on_accent)
  style.setProperty('--accent-text', `light-dark(${theme.text_light}, ${theme.text_dark})`)
  style.colorScheme = theme.scheme === 'auto' ? 'light dark' : theme.scheme
  document.title = t.chat(name)
}
