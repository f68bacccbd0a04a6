/** The parts of a keyboard event that make a chord. */
export interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
  /** The key's place, as `KeyA`: on a Mac, Alt writes another character than the key's own. */
  code?: string
}

const bare = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead'])

/**
 * A key press as a chord: `Ctrl+k`, `Alt+b`, `Shift+Enter`, `j`, `?`. Command on a Mac counts as Ctrl.
 * Shift is named only with keys that make no character, since `?` already says it.
 * @returns null for a modifier alone
 */
export function chordOf(event: Pressed): string | null {
  if (bare.has(event.key)) return null
  const own =
    event.altKey && /[^\x20-\x7e]/.test(event.key) ? /^Key([A-Z])$/.exec(event.code ?? '')?.[1] : undefined
  const key = own ?? event.key
  const character = key.length === 1
  const parts = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  if (event.shiftKey && (!character || /^[a-z]$/i.test(key))) parts.push('Shift')
  parts.push(character ? key.toLowerCase() : key)
  return parts.join('+')
}

/** A chord as people read it: `Ctrl K`; a sequence `g c` as `G then C`. */
export function show(chord: string): string {
  return chord
    .split(' ')
    .map((step) =>
      step
        .split('+')
        .map((part) => (part.length === 1 ? part.toLocaleUpperCase() : (names[part] ?? part)))
        .join(' '),
    )
    .join(' then ')
}

const names: Record<string, string> = { Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', ' ': '␣' }
