import type { Signal } from '../live/events'
import type { Conversation } from './conversation.svelte'

/** The protocol's promise: a signal not repeated for this long is over, ms. */
export const EXPIRES_MS = 6_000

/** Note that somebody looks or writes (or has stopped). */
export function attend(conversation: Conversation, signal: Signal, now: number): void {
  const rest = conversation.others.filter((one) => one.id !== signal.user.id)
  if (signal.name !== 'idle') {
    const customer = signal.user.kind === 'customer' || signal.user.id === conversation.row.contact.id
    const { id, name } = signal.user
    rest.push({ id, name, customer, doing: signal.name, mode: signal.mode, until: now + EXPIRES_MS })
  }
  conversation.others = rest
}

/** Forget who has gone quiet. Returns whether somebody is still there. */
export function forget(conversation: Conversation, now: number): boolean {
  if (conversation.others.some((one) => one.until <= now)) {
    conversation.others = conversation.others.filter((one) => one.until > now)
  }
  return conversation.others.length > 0
}
