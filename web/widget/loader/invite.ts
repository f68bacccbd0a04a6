/**
 * A proactive invitation beside the launcher. Loaded only for a widget that declares triggers. It shows at most once per
 * page, never over an open conversation, and never again in this tab after the visitor has waved it away.
 */
import type { Look } from './loader'
import css from './invite.css?inline'

const matches = (pattern: string): boolean => {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(location.pathname)
}

/** Waits for the first trigger that fits this page and shows its text; `free` says whether the chat is still closed. */
export function invite(root: ShadowRoot, name: string, look: Look, open: () => void, free: () => boolean): void {
  const key = `${name}:no`
  const refused = (): boolean => {
    try { return sessionStorage.getItem(key) !== null } catch { return false }
  }
  const fits = look.triggers.find((t) => !t.pages.length || t.pages.some(matches))
  if (!fits || refused()) return
  setTimeout(() => {
    if (!free() || refused()) return
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
    const box = document.createElement('aside')
    box.setAttribute('role', 'status')
    const text = document.createElement('button')
    text.textContent = fits.text
    text.onclick = () => {
      box.remove()
      open()
    }
    const away = document.createElement('button')
    away.textContent = '×'
    away.ariaLabel = look.close
    away.onclick = () => {
      box.remove()
      try { sessionStorage.setItem(key, '1') } catch { /* storage refused: it stays away on this page at least */ }
    }
    box.append(text, away)
    root.append(box)
  }, fits.after * 1000)
}
