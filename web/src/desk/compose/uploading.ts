import { bytes } from '../../i18n/format'
import { tr } from '../../i18n/i18n.svelte'
import type { Refusal } from './limits'

/** A file on its way up. */
export interface Uploading {
  id: string
  name: string
  size: number
  share: number
  problem: string | null
  cancel: () => void
}

/** Why a file is not taken. */
export function inWords(refusal: Refusal): string {
  if (refusal.why === 'type') return tr.compose.fileType
  return refusal.why === 'size'
    ? tr.compose.fileSize(bytes(refusal.most))
    : tr.compose.fileCount(refusal.most)
}
