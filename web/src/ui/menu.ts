import type { Component } from 'svelte'

/** One line of a menu. `checked` makes it a radio-like choice; `separated` draws a hairline above it. */
export interface MenuEntry {
  label: string
  hint?: string | undefined
  icon?: Component | undefined
  /** A colour from the tokens shown as a dot instead of an icon. */
  dot?: string | undefined
  keys?: string | undefined
  checked?: boolean | undefined
  disabled?: boolean | undefined
  separated?: boolean | undefined
  heading?: string | undefined
  danger?: boolean | undefined
  run?: () => unknown
}
