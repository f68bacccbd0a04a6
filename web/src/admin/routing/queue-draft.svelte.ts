import type { Id } from '../../api/types'
import type { QueueWish, QueueWithRules } from '../api/routing'
import { amount, typed } from './amount'

export interface RingDraft {
  seconds: string
  own: boolean
  requirement: Record<Id, number>
  agents: Id[]
  outsiders: boolean
}

/** What a channel does differently; empty: as the queue. */
export interface ServiceDraft {
  channel: string
  offers: '' | 'on' | 'off'
  offerS: string
  asideS: string
  wrapUpS: string
  /** what had no limit keeps none, as long as nothing is typed */
  asideNone: boolean
  wrapUpNone: boolean
}

/** A queue being written, with its rules. Numbers are kept as they are typed. */
export class QueueDraft {
  name = $state('')
  brand = $state('')
  teams = $state<Id[]>([])
  givesWork = $state(true)
  priority = $state('0')
  channels = $state<string[]>([])
  requirement = $state<Record<Id, number>>({})
  rings = $state<RingDraft[]>([])
  preferredS = $state('')
  offers = $state(false)
  offerS = $state('')
  asideS = $state('')
  refusedS = $state('')
  reasons = $state<string[]>([])
  wrapUpS = $state('')
  extensionS = $state('')
  required = $state(false)
  overflowTo = $state('')
  overflowS = $state('')
  handleS = $state('')
  services = $state<ServiceDraft[]>([])
  readonly archived: boolean

  constructor(queue: QueueWithRules | null) {
    const rules = queue?.rules ?? {}
    this.archived = queue?.archived ?? false
    this.name = queue?.name ?? ''
    this.brand = queue?.brand_id ?? ''
    this.teams = queue?.team_ids ?? []
    this.givesWork = queue?.gives_work ?? true
    this.priority = String(queue?.priority ?? 0)
    this.channels = rules.channels ?? []
    this.requirement = { ...rules.requirement }
    this.rings = (rules.rings ?? []).map((ring) => ({
      seconds: typed(ring.seconds),
      own: ring.requirement != null,
      requirement: { ...ring.requirement },
      agents: ring.agents ?? [],
      outsiders: ring.members === false,
    }))
    this.preferredS = typed(rules.preferred_s ?? 30)
    this.offers = rules.offers ?? false
    this.offerS = typed(rules.offer_s ?? 20)
    this.asideS = typed(rules.set_aside_s === undefined ? 60 : rules.set_aside_s)
    this.refusedS = typed(rules.refused_s ?? 60)
    this.reasons = rules.decline_reasons ?? []
    this.wrapUpS = typed(rules.wrap_up_s === undefined ? 0 : rules.wrap_up_s)
    this.extensionS = typed(rules.extension_s ?? 60)
    this.required = rules.disposition_required ?? false
    this.overflowTo = rules.overflow?.queue_id ?? ''
    this.overflowS = typed(rules.overflow?.after_s ?? 300)
    this.handleS = typed(rules.handle_s ?? 300)
    this.services = Object.entries(rules.by_channel ?? {}).map(([channel, own]) => ({
      channel,
      offers: own.offers === undefined ? '' : own.offers ? 'on' : 'off',
      offerS: typed(own.offer_s),
      asideS: typed(own.set_aside_s),
      wrapUpS: typed(own.wrap_up_s),
      asideNone: own.set_aside_s === null,
      wrapUpNone: own.wrap_up_s === null,
    }))
  }

  /** What is sent: names empty fields only where empty means something. */
  wish(): QueueWish {
    return {
      name: this.name.trim(),
      brand_id: this.brand || null,
      team_ids: this.teams,
      gives_work: this.givesWork,
      priority: Number(this.priority),
      archived: this.archived,
      rules: {
        channels: this.channels,
        requirement: this.requirement,
        rings: this.rings.map((ring) => ({
          seconds: amount(ring.seconds, null),
          requirement: ring.own ? ring.requirement : null,
          agents: ring.agents.length ? ring.agents : null,
          members: !ring.outsiders,
        })),
        preferred_s: amount(this.preferredS, 0),
        offers: this.offers,
        offer_s: amount(this.offerS, 20),
        set_aside_s: amount(this.asideS, null),
        refused_s: amount(this.refusedS, 0),
        decline_reasons: this.reasons,
        wrap_up_s: amount(this.wrapUpS, null),
        extension_s: amount(this.extensionS, 60),
        disposition_required: this.required,
        overflow: this.overflowTo
          ? { queue_id: this.overflowTo, after_s: amount(this.overflowS, 300) }
          : null,
        handle_s: amount(this.handleS, 300),
        by_channel: Object.fromEntries(this.services.map((one) => [one.channel, serviceOf(one)])),
      },
    }
  }
}

function serviceOf(one: ServiceDraft): Record<string, unknown> {
  const fields = {
    offers: one.offers === '' ? undefined : one.offers === 'on',
    offer_s: amount(one.offerS, undefined),
    set_aside_s: amount(one.asideS, one.asideNone ? null : undefined),
    wrap_up_s: amount(one.wrapUpS, one.wrapUpNone ? null : undefined),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
