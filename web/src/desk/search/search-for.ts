/** What is being searched: words, where, and narrowed by what. It is the address of the screen, too. */
export interface SearchFor {
  q: string
  in: string[]
  status: string[]
  channel: string[]
  since: string
}

const list = (query: URLSearchParams, name: string) => (query.get(name) ?? '').split(',').filter(Boolean)

export function fromAddress(query: URLSearchParams): SearchFor {
  return {
    q: query.get('q') ?? '',
    in: list(query, 'in'),
    status: list(query, 'status'),
    channel: list(query, 'channel'),
    since: query.get('since') ?? '',
  }
}

export function toAddress(wanted: SearchFor): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(wanted)) {
    const text = Array.isArray(value) ? value.join(',') : String(value)
    if (text) query.set(name, text)
  }
  const tail = query.toString()
  return tail ? `/search?${tail}` : '/search'
}
