import type { Id } from '../../api/types'
import { tr } from '../../i18n/i18n.svelte'
import { directory } from '../../model/directory.svelte'
import type { Then } from '../api/rules'
import type { Choices } from '../conditions/choices.svelte'
import type { Group } from '../conditions/model'
import { sayGroup } from '../conditions/say'
import { ta } from '../text.svelte'

export type SkillNames = ReadonlyMap<Id, string>

const queueName = (id: Id) => directory.queues.find((one) => one.id === id)?.name ?? ta.conditions.gone
const labelNames = (ids: readonly Id[]) =>
  ids.map((id) => directory.labels.get(id)?.name ?? ta.conditions.gone).join(', ')
export const skillLevels = (levels: Record<Id, number>, skills: SkillNames) =>
  Object.entries(levels)
    .map(([id, level]) => tr.why.level(skills.get(id) ?? ta.conditions.gone, level))
    .join(', ')

/** What a rule does, in a few words. */
export function sayThen(then: Then, skills: SkillNames): string {
  const parts = [
    then.queue_id && ta.rules.toQueue(queueName(then.queue_id)),
    then.requirement && Object.keys(then.requirement).length
      ? ta.rules.withSkills(skillLevels(then.requirement, skills))
      : '',
    then.rings?.length ? ta.rules.withRings(then.rings.length) : '',
    then.priority && ta.rules.withPriority(tr.priority[then.priority].toLocaleLowerCase()),
    then.preferred_s ? ta.rules.withPreferred(then.preferred_s) : '',
    then.labels.length ? ta.rules.withLabels(labelNames(then.labels)) : '',
  ].filter(Boolean)
  return parts.join(', ') || ta.rules.doesNothing
}

/** One part of a rule, as a difference shows it. */
export function sayField(field: string, value: unknown, choices: Choices, skills: SkillNames): string {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length))
    return ta.rules.nothing
  switch (field) {
    case 'enabled':
      return value ? ta.rules.yes : ta.rules.no
    case 'when':
      return sayGroup(value as Group, choices)
    case 'queue_id':
      return queueName(value as Id)
    case 'requirement':
      return skillLevels(value as Record<Id, number>, skills) || ta.rules.nothing
    case 'rings':
      return (value as NonNullable<Then['rings']>)
        .map((ring) => {
          const asked = ring.requirement ? skillLevels(ring.requirement, skills) : ''
          const people = (ring.agents ?? []).map((id) => directory.nameOf(id)).join(', ')
          const seconds = ring.seconds == null ? '' : ta.rules.forSeconds(ring.seconds)
          return [people || asked || ta.rules.anybody, seconds].filter(Boolean).join(' ')
        })
        .join('; ')
    case 'priority':
      return tr.priority[value as keyof typeof tr.priority]
    case 'labels':
      return labelNames(value as Id[])
    default:
      return String(value as string | number)
  }
}
