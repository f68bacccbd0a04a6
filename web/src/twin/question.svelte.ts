import * as api from '../api/twin'
import { asProblem, type Problem } from '../api/problem'
import type { Change, Checked, LiveScenario, LiveWish, Question, Scenario } from '../api/types/twin'
import { channelsOf, profilesOf } from '../parts/twin/draft'
import { tw } from '../parts/twin/text.svelte'
import { changeWords } from '../parts/twin/words'

export type StartFrom = 'now' | 'day' | 'own'

/** The scenario a beginner finds: two queues, three groups, one day. */
export const EXAMPLE = `hours: 10
start: "08:00"
replications: 20
queues:
  help:
    channel: voice
    arrivals_per_hour: [40, 60, 90, 100, 90, 70, 60, 60, 50, 30]
    interval_minutes: 60
    handle: {lognormal: [4.79, 0.94]}
    patience: {mean_s: 348}
    requirement: {help: 3}
    rings: [{seconds: 30}, {requirement: {help: 1}}]
    target_s: 20
  chat:
    channel: chat
    arrivals_per_hour: 30
    handle: {mean_s: 420, cv: 0.8}
    patience: {mean_s: 300}
    requirement: {chat: 1}
    target_s: 60
agents:
- {name: experts, count: 5, skills: {help: 4}, shift: "08:00-18:00"}
- {name: all-round, count: 4, skills: {help: 2, chat: 3}, shift: ["08:00-12:00", "13:00-18:00"]}
`
const CHECK_MS = 350

/** The question being put together. */
export class Draft {
  start = $state<StartFrom>('now')
  from = $state('')
  to = $state('')
  /** '': like today; 'all'; or 0 to 6 */
  weekday = $state('')
  yaml = $state(EXAMPLE)
  changes = $state.raw<Change[]>([])
  comparing = $state(false)
  other = $state('')
  replaying = $state(false)
  replayFrom = $state('')
  replayTo = $state('')
  live = $state.raw<LiveScenario | null>(null)
  checked = $state.raw<Checked | null>(null)
  problem = $state.raw<Problem | null>(null)
  #call: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly wish = $derived.by((): LiveWish => {
    if (this.start === 'now') return { now: true }
    const weekday = this.weekday === 'all' ? null : this.weekday === '' ? undefined : Number(this.weekday)
    return {
      now: false,
      ...(this.from && { from: this.from }),
      ...(this.to && { to: this.to }),
      ...(weekday !== undefined && { weekday }),
    }
  })
  /** What is looked at, for names of queues and people. */
  readonly scenario = $derived<Scenario | null>(
    this.start === 'own' ? (this.checked?.scenario ?? null) : (this.live?.scenario ?? null),
  )
  readonly queues = $derived(this.scenario ? Object.keys(this.scenario.queues) : [])
  readonly profiles = $derived(this.scenario ? profilesOf(this.scenario) : [])
  readonly channels = $derived(this.scenario ? channelsOf(this.scenario) : [])
  readonly ready = $derived(this.scenario !== null && !(this.start === 'own' && this.checked?.faults.length))

  readonly question = $derived.by((): Question => {
    const name = this.changes.map(changeWords).join(', ').slice(0, 120) || tw.start[this.start]
    const whole = { name, ...(this.changes.length && { changes: this.changes }) }
    if (this.start !== 'own') return { live: this.wish, ...whole }
    return {
      scenario: this.yaml,
      ...whole,
      ...(this.comparing && this.other.trim() && { compare: this.other }),
      ...(this.replaying &&
        this.replayFrom &&
        this.replayTo && { replay: { from: this.replayFrom, to: this.replayTo } }),
    }
  })

  /** Look again, a moment after the last change. */
  soon(wait = CHECK_MS): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.look(), wait)
  }

  async look(): Promise<void> {
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    try {
      if (this.start === 'own') this.checked = await api.check(this.yaml, call.signal)
      else this.live = await api.live(this.wish, call.signal)
      this.problem = null
    } catch (thrown) {
      if (!call.signal.aborted) this.problem = asProblem(thrown)
    }
  }

  /** Write the scenario anew from the form. */
  async write(scenario: Scenario): Promise<void> {
    this.#call?.abort()
    const call = new AbortController()
    this.#call = call
    try {
      const found = await api.check(scenario, call.signal)
      if (found.yaml) this.yaml = found.yaml
      this.checked = found.scenario ? found : { ...found, scenario }
      this.problem = null
    } catch (thrown) {
      if (!call.signal.aborted) this.problem = asProblem(thrown)
    }
  }

  /** Go on with a text as a scenario of one's own. */
  take(yaml: string, changes: Change[] = []): void {
    this.yaml = yaml
    this.changes = changes
    this.checked = null
    this.start = 'own'
    this.soon(0)
  }
}
