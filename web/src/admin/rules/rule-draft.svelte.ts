import type { Id } from '../../api/types'
import type { Rule } from '../api/rules'
import type { Choices } from '../conditions/choices.svelte'
import { closed, opened, type GroupDraft } from '../conditions/draft'
import { amount, typed } from '../routing/amount'
import type { RingDraft } from '../routing/queue-draft.svelte'

/** A rule being written. Numbers are kept as they are typed. */
export class RuleDraft {
  readonly id: Id
  name = $state('')
  enabled = $state(true)
  when = $state<GroupDraft>({ kind: 'group', match: 'all', conditions: [] })
  queue = $state('')
  priority = $state('')
  own = $state(false)
  requirement = $state<Record<Id, number>>({})
  rings = $state<RingDraft[]>([])
  preferredS = $state('')
  labels = $state<Id[]>([])

  constructor(rule: Rule | null) {
    this.id = rule?.id ?? crypto.randomUUID()
    if (!rule) return
    this.name = rule.name
    this.enabled = rule.enabled
    this.when = opened(rule.when)
    this.queue = rule.then.queue_id ?? ''
    this.priority = rule.then.priority ?? ''
    this.own = rule.then.requirement !== null
    this.requirement = { ...rule.then.requirement }
    this.rings = (rule.then.rings ?? []).map((ring) => ({
      seconds: typed(ring.seconds),
      own: ring.requirement != null,
      requirement: { ...ring.requirement },
      agents: ring.agents ?? [],
      outsiders: ring.members === false,
    }))
    this.preferredS = typed(rule.then.preferred_s)
    this.labels = rule.then.labels
  }

  /** What is sent. */
  wish(choices: Choices): unknown {
    return {
      id: this.id,
      name: this.name.trim(),
      enabled: this.enabled,
      when: closed(this.when, (test) => choices.shape(test.fact, test.key)),
      then: {
        queue_id: this.queue || null,
        priority: this.priority || null,
        requirement: this.own ? this.requirement : null,
        rings: this.rings.length
          ? this.rings.map((ring) => ({
              seconds: amount(ring.seconds, null),
              requirement: ring.own ? ring.requirement : null,
              agents: ring.agents.length ? ring.agents : null,
              members: !ring.outsiders,
            }))
          : null,
        preferred_s: amount(this.preferredS, null),
        labels: this.labels,
      },
    }
  }
}
