import type { RoutingRules } from '../api/routing'
import { amount, typed } from './amount'

/** Units of an agent's hundred that a channel takes as long as nobody says otherwise, as the server has them. */
export const usualUnits = (channel: string): number => ({ voice: 100, webchat: 33, email: 20 })[channel] ?? 25
const usualInterrupts = (channel: string): string[] => (channel === 'voice' ? ['email'] : [])

export interface UnitsDraft {
  units: string
  interrupts: string[]
}

/** How the workspace gives work, being written. Channels that are as usual are not sent. */
export class RoutingDraft {
  choice = $state<string>('least_occupied')
  byLevel = $state(true)
  windowS = $state('')
  boostS = $state('')
  capacity = $state('')
  channels = $state<Record<string, UnitsDraft>>({})

  constructor(rules: RoutingRules) {
    this.choice = rules.choice ?? 'least_occupied'
    this.byLevel = rules.by_level ?? true
    this.windowS = typed(rules.window_s ?? 1800)
    this.boostS = typed(rules.boost_s ?? 60)
    this.capacity = typed(rules.capacity ?? 100)
    this.channels = Object.fromEntries(
      Object.entries(rules.channels ?? {}).map(([channel, own]) => [
        channel,
        { units: typed(own.units), interrupts: own.interrupts },
      ]),
    )
  }

  of(channel: string): UnitsDraft {
    return (
      this.channels[channel] ?? { units: String(usualUnits(channel)), interrupts: usualInterrupts(channel) }
    )
  }

  set(channel: string, change: Partial<UnitsDraft>): void {
    this.channels = { ...this.channels, [channel]: { ...this.of(channel), ...change } }
  }

  wish(): unknown {
    return {
      choice: this.choice,
      by_level: this.byLevel,
      window_s: amount(this.windowS, 1800),
      boost_s: amount(this.boostS, 60),
      capacity: amount(this.capacity, 100),
      channels: Object.fromEntries(
        Object.entries(this.channels).map(([channel, own]) => [
          channel,
          { units: amount(own.units, usualUnits(channel)), interrupts: own.interrupts },
        ]),
      ),
    }
  }
}
