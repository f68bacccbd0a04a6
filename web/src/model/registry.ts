import type { ConversationRow, Id } from '../api/types'
import { Conversation } from './conversation.svelte'

/** Every conversation this desk knows, one object each, whoever shows it. */
class Registry {
  readonly #all = new Map<Id, Conversation>()

  get(id: Id): Conversation | undefined {
    return this.#all.get(id)
  }

  /** The one object of this conversation, brought up to date with `row`. */
  put(row: ConversationRow): Conversation {
    const known = this.#all.get(row.id)
    if (known) {
      known.take(row)
      return known
    }
    const made = new Conversation(row)
    this.#all.set(row.id, made)
    return made
  }

  all(): IterableIterator<Conversation> {
    return this.#all.values()
  }

  clear(): void {
    this.#all.clear()
  }
}

export const registry = new Registry()
