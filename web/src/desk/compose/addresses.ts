import type { Address } from '../../api/types'

const PARTS = /\s*(?:"([^"]*)"|([^<,;"]*?))\s*<([^<>\s]+)>\s*|([^,;\s]+)/g
const ADDRESS = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/

/** Addresses as people type or paste them: `Anna <a@b.it>, c@d.it; "Rossi, G." <g@r.it>`. Only well-formed ones. */
export function readAddresses(text: string): Address[] {
  const list: Address[] = []
  for (const match of text.matchAll(PARTS)) {
    const [, quoted, plain, angle, bare] = match
    const address = angle ?? bare ?? ''
    if (ADDRESS.test(address)) list.push({ address, name: (quoted ?? plain ?? '').trim() })
  }
  return list
}

/** What in the text is not an address, to be told to the writer. */
export function badAddresses(text: string): string[] {
  const bad: string[] = []
  for (const match of text.matchAll(PARTS)) {
    const address = match[3] ?? match[4] ?? ''
    if (!ADDRESS.test(address)) bad.push(address)
  }
  return bad
}

export function writeAddresses(list: readonly Address[]): string {
  return list
    .map(({ address, name }) =>
      name ? `${/[,;"<>]/.test(name) ? `"${name.replaceAll('"', '')}"` : name} <${address}>` : address,
    )
    .join(', ')
}
