import type { ConversationRow } from '../../api/types'
import type { Line } from '../../model/inbox-lines'
import type { Density } from '../../model/prefs.svelte'

/** px; the same numbers as --row and --row-tall in tokens.css, because the list must know heights before it paints. */
export const rowHeights: Record<Density, { row: number; tall: number }> = {
  compact: { row: 48, tall: 48 },
  cosy: { row: 56, tall: 79 },
  roomy: { row: 68, tall: 93 },
}
const GROUP_HEIGHT = 30

/** Whether a row has a third line: labels, a priority out of the ordinary, a bot at work. Who is writing shares the preview's line. */
export function hasThirdLine(row: ConversationRow): boolean {
  return (
    row.labels.length > 0 || row.owner?.kind === 'bot' || row.priority === 'urgent' || row.priority === 'high'
  )
}

export function lineHeight(line: Line, density: Density): number {
  if (line.kind === 'group') return GROUP_HEIGHT
  const { row, tall } = rowHeights[density]
  return hasThirdLine(line.conversation.row) ? tall : row
}
