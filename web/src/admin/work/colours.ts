/** The colours of labels, by their names in the design's tokens. */
export const colours = ['ink', 'heart', 'machine', 'ok', 'warn', 'breach'] as const

/** A label's colour as CSS; one that is none of ours is ink. */
export function paint(name: string | null | undefined): string {
  const known = colours.find((one) => one === name) ?? 'ink'
  return `var(--${known === 'ink' ? 'ink-3' : known})`
}
