/** What a form or a bot asked, as lines to read: names without underscores, values as text, what is empty left out. */
export function told(gathered: Readonly<Record<string, unknown>>): { name: string; value: string }[] {
  return Object.entries(gathered).flatMap(([key, value]) => {
    const text = wordsOf(value)
    const name = key.replace(/[_-]+/g, ' ').trim()
    return text && name ? [{ name: name.charAt(0).toLocaleUpperCase() + name.slice(1), value: text }] : []
  })
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (Array.isArray(value)) return value.map(wordsOf).filter(Boolean).join(', ')
  return ''
}
