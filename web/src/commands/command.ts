import type { Component } from 'svelte'

export type CommandGroup = 'go' | 'conversation' | 'write' | 'list' | 'view' | 'me'

/** One thing a person can do, used alike by keys, the command bar and menus. */
export interface Command {
  /** Stable: remapped keys are kept under it. */
  id: string
  group: CommandGroup
  /** Read at each showing, so that it follows the language. */
  label: () => string
  /** Other words one might look for it with. */
  keywords?: () => string
  /** Chords as `Ctrl+k`, `j`, `?`, or a sequence `g c`; the first is shown. */
  keys?: string[]
  icon?: Component
  /** Works while one is typing too; only for chords with Ctrl or Alt. */
  whileTyping?: boolean
  /** Works over an open dialog too: for what cannot wait. */
  overDialogs?: boolean
  /** Shown in the strip at the bottom. */
  hint?: () => string
  /** Whether it can be done now. */
  when?: () => boolean
  run: () => unknown
}
