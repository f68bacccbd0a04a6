import type { LineHeights } from '../../model/inbox-lines'
import type { Density } from '../../model/prefs.svelte'

/** px; the same numbers as --row and --row-tall in tokens.css, because the list must know heights before it paints. */
export const lineHeights: Record<Density, LineHeights> = {
  compact: { row: 48, tall: 48, heading: 30 },
  cosy: { row: 56, tall: 79, heading: 30 },
  roomy: { row: 68, tall: 93, heading: 30 },
}
