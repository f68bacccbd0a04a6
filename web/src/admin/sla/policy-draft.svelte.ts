import type { Id, Priority } from '../../api/types'
import type { Escalation, Policy, PromiseKind, Step, Target } from '../api/sla'
import { amount } from '../routing/amount'

export const kinds: readonly PromiseKind[] = ['first', 'next', 'resolution']
export type Unit = 's' | 'm' | 'h' | 'd'
export const seconds: Record<Unit, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A length of time as people type it: a number and its unit. */
export interface Length {
  value: string
  unit: Unit
}

/** Seconds in the largest unit that leaves no rest. */
export function lengthOf(total: number): Length {
  for (const unit of ['d', 'h', 'm'] as const)
    if (total >= seconds[unit] && total % seconds[unit] === 0)
      return { value: String(total / seconds[unit]), unit }
  return { value: String(total), unit: 's' }
}

/** In seconds; what is not a number stays as it was typed, so that the server names its field. */
export function secondsOf(length: Length): number | string | null {
  const value = amount(length.value, null)
  return typeof value === 'number' ? value * seconds[length.unit] : value
}

export interface TargetDraft {
  on: boolean
  target: Length
  /** from which share of the time it is at risk, in percent; `before`: a fixed time before */
  warn: string
  before: Length
  business: boolean
}

export interface StepDraft {
  do: Step['do']
  who: string[]
  priority: '' | Priority
  queue: Id
  labels: Id[]
}
export interface EscalationDraft {
  on: Escalation['on']
  kinds: string[]
  steps: StepDraft[]
}

const usual: Record<PromiseKind, Length> = {
  first: { value: '4', unit: 'h' },
  next: { value: '4', unit: 'h' },
  resolution: { value: '40', unit: 'h' },
}

function targetOf(kind: PromiseKind, target: Target | null | undefined): TargetDraft {
  return {
    on: Boolean(target),
    target: target ? lengthOf(target.target_s) : { ...usual[kind] },
    warn: target?.warn_before_s != null ? 'before' : String(Math.round((target?.warn_share ?? 0.8) * 100)),
    before: target?.warn_before_s != null ? lengthOf(target.warn_before_s) : { value: '30', unit: 'm' },
    business: target?.business ?? true,
  }
}

const stepOf = (step: Step): StepDraft => ({
  do: step.do,
  who: step.do === 'notify' ? [...step.who] : ['owner'],
  priority: step.do === 'priority' ? (step.priority ?? '') : '',
  queue: step.do === 'queue' ? step.queue_id : '',
  labels: step.do === 'label' ? [...step.labels] : [],
})

/** A policy being written. */
export class PolicyDraft {
  name = $state('')
  description = $state('')
  enabled = $state(true)
  queues = $state<Id[]>([])
  brands = $state<Id[]>([])
  channels = $state<string[]>([])
  priorities = $state<string[]>([])
  labels = $state<Id[]>([])
  segments = $state<Id[]>([])
  calendar = $state('')
  targets = $state<Record<PromiseKind, TargetDraft>>({
    first: targetOf('first', null),
    next: targetOf('next', null),
    resolution: targetOf('resolution', null),
  })
  waiting = $state(true)
  snoozed = $state('resolution')
  escalations = $state<EscalationDraft[]>([])

  constructor(policy: Policy | null) {
    this.targets.first.on = policy === null
    if (!policy) return
    this.name = policy.name
    this.description = policy.description
    this.enabled = policy.enabled
    Object.assign(this, { ...policy.conditions })
    this.calendar = policy.calendar_id ?? ''
    for (const kind of kinds) this.targets[kind] = targetOf(kind, policy.targets[kind])
    this.waiting = policy.pauses.waiting
    this.snoozed = policy.pauses.snoozed
    this.escalations = policy.escalations.map((one) => ({
      on: one.on,
      kinds: [...one.kinds],
      steps: one.steps.map(stepOf),
    }))
  }

  newStep(): StepDraft {
    return stepOf({ do: 'notify', who: ['owner'] })
  }

  newEscalation(): EscalationDraft {
    return { on: 'breached', kinds: [], steps: [this.newStep()] }
  }

  wish(): Record<string, unknown> {
    return {
      name: this.name.trim(),
      description: this.description.trim(),
      enabled: this.enabled,
      conditions: {
        queues: this.queues,
        brands: this.brands,
        channels: this.channels,
        priorities: this.priorities,
        labels: this.labels,
        segments: this.segments,
      },
      calendar_id: this.calendar || null,
      targets: Object.fromEntries(kinds.map((kind) => [kind, sent(this.targets[kind])])),
      pauses: { waiting: this.waiting, snoozed: this.snoozed },
      escalations: this.escalations.map((one) => ({
        on: one.on,
        kinds: one.kinds,
        steps: one.steps.map(stepSent),
      })),
    }
  }
}

function sent(draft: TargetDraft): Record<string, unknown> | null {
  if (!draft.on) return null
  const before = draft.warn === 'before'
  return {
    target_s: secondsOf(draft.target),
    business: draft.business,
    ...(before ? { warn_before_s: secondsOf(draft.before) } : { warn_share: Number(draft.warn) / 100 }),
  }
}

function stepSent(step: StepDraft): Record<string, unknown> {
  if (step.do === 'notify') return { do: step.do, who: step.who }
  if (step.do === 'priority') return { do: step.do, priority: step.priority || null }
  if (step.do === 'queue') return { do: step.do, queue_id: step.queue }
  return { do: step.do, labels: step.labels }
}
