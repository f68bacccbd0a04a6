import type { Component } from 'svelte'

/** One line of the command bar. */
export interface BarEntry {
  id: string
  group: string
  label: string
  hint?: string | undefined
  icon?: Component | undefined
  keys?: string | undefined
  run: () => unknown
}

/** Entries of one group side by side, groups in the order of their first entry, nothing twice. */
export function groupEntries(entries: readonly BarEntry[]): BarEntry[] {
  const groups = new Map<string, BarEntry[]>()
  const seen = new Set<string>()
  for (const entry of entries) {
    if (seen.has(entry.id)) continue
    seen.add(entry.id)
    const group = groups.get(entry.group)
    if (group) group.push(entry)
    else groups.set(entry.group, [entry])
  }
  return [...groups.values()].flat()
}
