import type { Command } from './command'

/** Lower case without accents: "priorità" is found by "priorita". */
export const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** How well a text answers a query, 0 = not at all. Every word must begin a word of the text, earlier words count more. */
export function score(query: string, text: string): number {
  const wordsOf = (what: string) => plain(what).split(/[^\p{L}\p{N}]+/u)
  const words = wordsOf(text)
  let sum = 0
  for (const part of wordsOf(query).filter(Boolean)) {
    const at = words.findIndex((word) => word.startsWith(part))
    if (at < 0) return 0
    sum += 1 / (1 + at) + (words[at] === part ? 0.5 : 0)
  }
  return sum
}

/** Commands that answer a query, best first; all of them, in their own order, for an empty one. */
export function findCommands(all: readonly Command[], query: string): Command[] {
  if (!query.trim()) return [...all]
  return all
    .map((command) => ({
      command,
      worth: Math.max(
        score(query, command.label()),
        score(query, `${command.label()} ${command.keywords?.() ?? ''}`) * 0.8,
      ),
    }))
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth)
    .map(({ command }) => command)
}
