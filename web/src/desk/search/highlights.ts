const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
}
const unescape = (text: string) =>
  text.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (found) => entities[found] ?? found)

/** The server's escaped line with <mark> around what matched, as plain parts: it is never put in as HTML. */
export function highlightParts(line: string): { text: string; hit: boolean }[] {
  return line
    .split(/(<mark>.*?<\/mark>)/s)
    .filter(Boolean)
    .map((part) =>
      part.startsWith('<mark>')
        ? { text: unescape(part.slice(6, -7)), hit: true }
        : { text: unescape(part), hit: false },
    )
}
