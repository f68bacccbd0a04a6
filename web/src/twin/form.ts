import type { Scenario, ScenarioAgents, ScenarioQueue } from '../api/types/twin'

/** Skills as one writes them: gas 3, luce. A name with a comma stands in quotes. */
export function skillsText(skills: Record<string, number> | string[] | undefined): string {
  const levels = Array.isArray(skills)
    ? skills.map((name): [string, number] => [name, 1])
    : Object.entries(skills ?? {})
  return levels
    .map(([name, level]) => (name.includes(',') ? `"${name}"` : name) + (level > 1 ? ` ${level}` : ''))
    .join(', ')
}

/** The other way round. A name may hold spaces; a number from 1 to 5 at its end is the level. */
export function skillsFrom(text: string): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [part] of text.matchAll(/(?:"[^"]*"|[^,])+/g)) {
    const match = /^\s*(?:"([^"]*)"|(.*?))(?:\s+([1-5]))?\s*$/.exec(part)
    const name = match?.[1] ?? match?.[2]
    if (name) found[name] = Number(match?.[3] ?? 1)
  }
  return found
}

/** A shift as one writes it: 08:00-12:00, 13:00-18:00. */
export function shiftText(shift: ScenarioAgents['shift']): string {
  if (shift === null || shift === undefined) return ''
  return Array.isArray(shift) ? shift.join(', ') : shift
}

export function shiftFrom(text: string): string | string[] | null {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  if (!parts.length) return null
  return parts.length === 1 ? (parts[0] ?? null) : parts
}

/** The mean handling time where it can be told in one number; null: it stands in the text. */
export function meanOf(handle: ScenarioQueue['handle']): number | null {
  if (handle?.lognormal) return Math.round(Math.exp(handle.lognormal[0] + handle.lognormal[1] ** 2 / 2))
  return handle?.mean_s ?? handle?.exponential ?? null
}

/** The same handling time with another mean: its shape stays. */
export function withMean(
  handle: ScenarioQueue['handle'],
  mean_s: number,
): NonNullable<ScenarioQueue['handle']> {
  if (handle?.lognormal) {
    const [, sigma] = handle.lognormal
    return { lognormal: [Number((Math.log(mean_s) - sigma ** 2 / 2).toFixed(4)), sigma] }
  }
  if (handle?.exponential !== undefined) return { exponential: mean_s }
  return { ...handle, mean_s }
}

/** A name that is not taken yet. */
function free(wanted: string, taken: readonly string[]): string {
  let at = 1
  while (taken.includes(`${wanted}-${at}`)) at++
  return `${wanted}-${at}`
}

export function withQueue(scenario: Scenario, wanted: string): Scenario {
  const name = free(wanted, Object.keys(scenario.queues))
  const queue: ScenarioQueue = {
    arrivals_per_hour: 30,
    handle: { lognormal: [4.79, 0.94] },
    patience: { mean_s: 348 },
    requirement: {},
    target_s: 20,
  }
  return { ...scenario, queues: { ...scenario.queues, [name]: queue } }
}

export const withoutQueue = (scenario: Scenario, name: string): Scenario => ({
  ...scenario,
  queues: Object.fromEntries(Object.entries(scenario.queues).filter(([one]) => one !== name)),
})

/** Another name for a queue, in its place; one that is taken changes nothing. */
export function renamed(scenario: Scenario, from: string, to: string): Scenario {
  if (!to || to in scenario.queues) return scenario
  return {
    ...scenario,
    queues: Object.fromEntries(
      Object.entries(scenario.queues).map(([name, queue]) => [name === from ? to : name, queue]),
    ),
  }
}

export const withGroup = (scenario: Scenario, wanted: string): Scenario => ({
  ...scenario,
  agents: [
    ...scenario.agents,
    {
      name: free(
        wanted,
        scenario.agents.map((one) => one.name ?? ''),
      ),
      count: 2,
      skills: {},
    },
  ],
})
