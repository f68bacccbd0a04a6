export interface Part {
  text: string
  href?: string
  /** A colleague named in a note. */
  mention?: boolean
}

const LINK =
  /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]|www\.[^\s<>"']+\.[^\s<>"'.,;:!?)\]}]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/giu

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Plain text cut into text, links and names of mentioned colleagues. Nothing of it is ever markup. */
export function linkify(text: string, names: readonly string[] = []): Part[] {
  const mention = names.length ? `@(?:${names.map(escape).join('|')})` : null
  const finder = mention ? new RegExp(`${LINK.source}|(${mention})`, 'giu') : LINK
  const parts: Part[] = []
  let at = 0
  for (const match of text.matchAll(finder)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index) })
    const [found] = match
    if (found.startsWith('@')) parts.push({ text: found, mention: true })
    else if (found.includes('://')) parts.push({ text: found, href: found })
    else parts.push({ text: found, href: found.startsWith('www.') ? `https://${found}` : `mailto:${found}` })
    at = match.index + found.length
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  return parts
}
