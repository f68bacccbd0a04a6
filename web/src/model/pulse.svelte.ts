import { clock } from './clock.svelte'

/** Six slots of ten seconds: the last minute. */
const SLOTS = 6
const SLOT_MS = 10_000

/** How many messages of customers came in during the last minute: the beat in the top bar. */
class Pulse {
  #times = $state.raw<number[]>([])

  beat(): void {
    const now = Date.now()
    this.#times = [...this.#times.filter((time) => now - time < SLOTS * SLOT_MS), now]
  }

  /** Counts, oldest slot first. Reading it ticks with the clock. */
  get slots(): number[] {
    const now = clock.now
    const slots = Array.from({ length: SLOTS }, () => 0)
    for (const time of this.#times) {
      const slot = SLOTS - 1 - Math.floor((now - time) / SLOT_MS)
      if (slot >= 0 && slot < SLOTS) slots[slot] = (slots[slot] ?? 0) + 1
    }
    return slots
  }
}

export const pulse = new Pulse()
