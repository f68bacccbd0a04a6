import type { Health } from '../api/channels'

/** How a state of health looks. */
export const tones: Record<Health['state'], 'ok' | 'warn' | 'breach' | 'plain'> = {
  ok: 'ok',
  warning: 'warn',
  error: 'breach',
  off: 'plain',
}
