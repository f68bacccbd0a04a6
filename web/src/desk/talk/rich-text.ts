/** A piece of formatted text: only what the editor of mail can write, so that nothing of it is ever markup. */
export type RichNode =
  | { text: string }
  | {
      tag: 'div' | 'strong' | 'em' | 'ul' | 'ol' | 'li' | 'blockquote' | 'br'
      start?: number
      nodes: RichNode[]
    }
  | { tag: 'a'; href: string; nodes: RichNode[] }

const TAGS = {
  DIV: 'div',
  P: 'div',
  STRONG: 'strong',
  B: 'strong',
  EM: 'em',
  I: 'em',
  UL: 'ul',
  OL: 'ol',
  LI: 'li',
  BLOCKQUOTE: 'blockquote',
  BR: 'br',
} as const

const isTag = (name: string): name is keyof typeof TAGS => name in TAGS

/** HTML as pieces that can be shown; of what is not known only the text stays. */
export function richNodes(html: string): RichNode[] {
  return read(new DOMParser().parseFromString(html, 'text/html').body)
}

function read(parent: Node): RichNode[] {
  return [...parent.childNodes].flatMap((node): RichNode[] => {
    if (node instanceof Text) return [{ text: node.data }]
    if (!(node instanceof Element)) return []
    const nodes = read(node)
    const { tagName } = node
    const href = node.getAttribute('href') ?? ''
    if (tagName === 'A' && /^(?:https?:|mailto:|tel:)/i.test(href)) return [{ tag: 'a', href, nodes }]
    if (!isTag(tagName)) return nodes
    const start = Number(node.getAttribute('start') ?? 1)
    return [{ tag: TAGS[tagName], ...(start > 1 && { start }), nodes }]
  })
}
