import type { Capabilities } from '../../api/types'

/** Why a channel does not take a file, in the terms of its declaration; null when it does. */
export type Refusal = { why: 'type' } | { why: 'size'; most: number } | { why: 'count'; most: number }

const fits = (type: string, pattern: string): boolean =>
  pattern === '*/*' || pattern === type || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1)))

/**
 * Whether the channel takes one more file. A channel that declares no media kinds leaves the answer to the server.
 * @param already how many files the message has
 */
export function refuses(
  can: Capabilities,
  file: { type: string; size: number },
  already: number,
): Refusal | null {
  if (can.files > 0 && already >= can.files) return { why: 'count', most: can.files }
  if (can.media.length === 0) return null
  const kinds = can.media.filter((one) =>
    one.types.some((pattern) => fits(file.type || 'application/octet-stream', pattern)),
  )
  if (kinds.length === 0) return { why: 'type' }
  const most = Math.max(...kinds.map((one) => one.size))
  return file.size > most ? { why: 'size', most } : null
}

/** Characters left before the channel's limit; null while there is plenty of room or no limit. */
export function charactersLeft(can: Capabilities, text: string): number | null {
  if (can.text === null) return null
  const left = can.text - [...text].length
  return left < Math.max(50, can.text * 0.1) ? left : null
}
