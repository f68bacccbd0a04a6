/** Longest pause between two tries, ms. */
const LONGEST_MS = 20_000
const FIRST_MS = 400

/**
 * How long to wait before try number `attempt` (0 = first retry), ms. "Equal jitter": half
 * the exponential pause is certain, half is random, so that a thousand desks do not return at once.
 * @param random 0 to 1
 */
export function pause(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16))
  return Math.round(full / 2 + (full / 2) * random)
}
