import type { Problem } from '../../api/problem'
import type { Scenario } from '../../api/types/twin'
import { explainFault } from '../../i18n/explain'

/** The channels of a scenario, each once. */
export const channelsOf = (scenario: Scenario): string[] => [
  ...new Set(Object.values(scenario.queues).map((queue) => queue.channel ?? 'voice')),
]

/** Names of the groups of people, as changes call them. */
export const profilesOf = (scenario: Scenario): string[] => [
  ...new Set(scenario.agents.map((group, place) => group.name ?? `agents[${place}]`)),
]

/** What the server says is wrong with changes, by their place. */
export function changeFaults(problem: Problem | null): Record<number, string> {
  const found: Record<number, string> = {}
  for (const fault of problem?.faults ?? []) {
    const place = /^changes\[(\d+)\]/.exec(fault.field)?.[1]
    if (place !== undefined) found[Number(place)] = explainFault(fault.message)
  }
  return found
}
