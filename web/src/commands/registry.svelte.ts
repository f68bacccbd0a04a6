import { SvelteMap } from 'svelte/reactivity'
import { prefs } from '../model/prefs.svelte'
import { show } from './chord'
import type { Command } from './command'

/** All commands on offer now: areas add theirs while they are on screen. */
class Commands {
  readonly #all = new SvelteMap<string, Command>()

  /** Add some; the returned function takes them away. */
  add(commands: readonly Command[]): () => void {
    for (const command of commands) this.#all.set(command.id, command)
    return () => {
      for (const command of commands) if (this.#all.get(command.id) === command) this.#all.delete(command.id)
    }
  }

  get all(): Command[] {
    return [...this.#all.values()]
  }

  /** The chords of a command: the person's own, else those it comes with. Empty when switched off. */
  chords(command: Command): string[] {
    const own = prefs.now.keys[command.id]
    if (own !== undefined) return own === '' ? [] : [own]
    return command.keys ?? []
  }

  /** The first chord, ready to be shown, or undefined. */
  keysOf(id: string): string | undefined {
    const command = this.#all.get(id)
    if (!command || !prefs.now.keysOn) return undefined
    const [first] = this.chords(command)
    return first ? show(first) : undefined
  }

  /** Whether it can be done now. */
  offers(command: Command): boolean {
    return command.when?.() ?? true
  }

  run(id: string): void {
    const command = this.#all.get(id)
    if (command && this.offers(command)) command.run()
  }

  /** The command a chord (or sequence) means now; `part` when it begins a longer sequence. */
  match(typed: string): Command | 'part' | null {
    let part = false
    for (const command of this.#all.values()) {
      for (const chord of this.chords(command)) {
        if (chord === typed && this.offers(command)) return command
        if (chord.startsWith(`${typed} `)) part = true
      }
    }
    return part ? 'part' : null
  }
}

export const commands = new Commands()
