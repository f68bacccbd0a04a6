/** A node of the editor's document, as its `getJSON` gives it. */
export interface DocNode {
  type?: string | undefined
  text?: string | undefined
  attrs?: Record<string, unknown> | undefined
  marks?: { type: string; attrs?: Record<string, unknown> | undefined }[]
  content?: DocNode[] | undefined
}

/** Whether the document says more than its lines of text do. */
export function isFormatted(node: DocNode): boolean {
  const plain = ['doc', 'paragraph', 'text', 'hardBreak'].includes(node.type ?? '')
  return !plain || (node.marks?.length ?? 0) > 0 || (node.content ?? []).some(isFormatted)
}

function inline(node: DocNode): string {
  if (node.type === 'hardBreak') return '\n'
  if (node.type === 'picture') return `[${typeof node.attrs?.['alt'] === 'string' ? node.attrs['alt'] : ''}]`
  const text = node.text ?? (node.content ?? []).map(inline).join('')
  const href = node.marks?.find((mark) => mark.type === 'link')?.attrs?.['href']
  return typeof href === 'string' && href !== text && href !== `mailto:${text}` ? `${text} (${href})` : text
}

const indented = (text: string, first: string, rest: string) =>
  text
    .split('\n')
    .map((line, i) => (i === 0 ? first : rest) + line)
    .join('\n')

function block(node: DocNode): string {
  const parts = node.content ?? []
  switch (node.type) {
    case 'bulletList':
      return parts.map((item) => indented(block(item), '- ', '  ')).join('\n')
    case 'orderedList': {
      const start = Number(node.attrs?.['start'] ?? 1)
      return parts.map((item, i) => indented(block(item), `${start + i}. `, '   ')).join('\n')
    }
    case 'blockquote':
      return indented(parts.map(block).join('\n'), '> ', '> ')
    case 'doc':
    case 'listItem':
      return parts.map(block).join('\n')
    default:
      return parts.map(inline).join('')
  }
}

/** The text a reader without formatting gets: lists with signs, quotes with `>`, links with their address. */
export const toPlain = (doc: DocNode): string => block(doc)

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Lines of text as a document: one paragraph each. */
export const toHtml = (text: string): string =>
  text
    .split('\n')
    .map((line) => `<div>${line.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)}</div>`)
    .join('')

/** Where a caret in the text stands in the document of `toHtml`: each line opens and closes a paragraph. */
export const placeIn = (text: string, caret: number): number =>
  caret + 1 + (text.slice(0, caret).match(/\n/g)?.length ?? 0)

/** An address somebody typed for a link, made whole; null when it is none. */
export function linkAddress(typed: string): string | null {
  const address = typed.trim()
  if (/^(?:https?:\/\/|mailto:|tel:)\S+$/i.test(address)) return address
  if (/^\S+@\S+\.\S+$/.test(address)) return `mailto:${address}`
  return /^[\w-]+(?:\.[\w-]+)+\S*$/.test(address) ? `https://${address}` : null
}
