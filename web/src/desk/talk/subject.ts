/** A subject without its replies and forwards (Italian, German and English ones), for comparing. */
export function plainSubject(subject: string): string {
  return subject
    .replace(/^(?:\s*(?:re|r|rif|fw|fwd|i|aw|wg)\s*(?:\[\d+\])?\s*:\s*)+/i, '')
    .trim()
    .toLowerCase()
}
