import { day } from '../../i18n/format'
import { language } from '../../i18n/i18n.svelte'
import { ta } from '../text.svelte'
import type { Choices } from './choices.svelte'
import { withoutValue, type Fact, type Group, type Match, type Op, type Test } from './model'

/** A condition in words: «Segmento è tra Business». */
export function sayTest(test: Test, choices: Choices): string {
  const key = test.key ?? ''
  const fact = ta.conditions.facts[test.fact] ?? test.fact
  const subject = key ? `${fact} «${choices.keyName(test.fact, key)}»` : fact
  const period = test.days ? ` ${ta.conditions.inPeriod(test.days)}` : ''
  const values = withoutValue.has(test.op)
    ? ''
    : ` ${sayValues(test.fact, test.op, key, test.values ?? [], choices)}`
  const one = test.values?.length === 1 && (test.op === 'any_of' || test.op === 'none_of')
  const compared = one ? ta.conditions.one[test.op === 'any_of' ? 'is' : 'isNot'] : ta.conditions.ops[test.op]
  return `${subject}${period} ${compared ?? test.op}${values}`
}

function sayValues(fact: Fact, op: Op, key: string, values: readonly unknown[], choices: Choices): string {
  const dated = op === 'before' || op === 'after' || op === 'on'
  const said = values.map((value) =>
    dated && typeof value === 'string' && value ? day(`${value}T12:00:00Z`) : choices.name(fact, key, value),
  )
  return new Intl.ListFormat(language(), { type: op === 'all_of' ? 'conjunction' : 'disjunction' }).format(
    said,
  )
}

/** All of it in one sentence. */
export function sayGroup(group: Group, choices: Choices): string {
  const parts = (group.conditions ?? []).map((one) =>
    one.kind === 'group' ? `(${sayGroup(one, choices)})` : sayTest(one, choices),
  )
  if (!parts.length) return ta.conditions.always
  const match: Match = group.match ?? 'all'
  return (match === 'none' ? ta.conditions.not : '') + parts.join(ta.conditions.joined[match])
}

/** What a condition saw. */
export function saySeen(fact: string, key: string, seen: unknown, choices: Choices): string {
  if (seen === null || seen === undefined || (Array.isArray(seen) && !seen.length))
    return ta.conditions.sawNothing
  const one = (value: unknown) =>
    typeof value === 'boolean' ? (value ? ta.rules.yes : ta.rules.no) : choices.name(fact as Fact, key, value)
  return ta.conditions.saw(Array.isArray(seen) ? seen.map(one).join(', ') : one(seen))
}
