import { amount } from '../routing/amount'
import { ops, shapes, withoutValue, type Fact, type Group, type Match, type Op, type Shape } from './model'

/** While it is being written everything is text. */
export interface TestDraft {
  kind: 'test'
  fact: Fact
  op: Op
  key: string
  days: string
  values: string[]
}
export interface GroupDraft {
  kind: 'group'
  match: Match
  conditions: (GroupDraft | TestDraft)[]
}

export const newTest = (fact: Fact): TestDraft => ({
  kind: 'test',
  fact,
  op: fact === 'attribute' ? 'any_of' : (ops[shapes[fact]][0] ?? 'filled'),
  key: '',
  days: fact === 'conversations' ? '30' : '',
  values: [],
})
export const newGroup = (): GroupDraft => ({ kind: 'group', match: 'any', conditions: [] })

/** From the server's form to the one that is written in. */
export function opened(group: Group): GroupDraft {
  return {
    kind: 'group',
    match: group.match ?? 'all',
    conditions: (group.conditions ?? []).map((one) =>
      one.kind === 'group'
        ? opened(one)
        : {
            kind: 'test',
            fact: one.fact,
            op: one.op,
            key: one.key ?? '',
            days: one.days == null ? '' : String(one.days),
            values: (one.values ?? []).map(String),
          },
    ),
  }
}

/** And back: numbers become numbers, what is none is sent as it was typed, so that the server says so. */
export function closed(group: GroupDraft, shape: (test: TestDraft) => Shape): Group {
  return {
    kind: 'group',
    match: group.match,
    conditions: group.conditions.map((one) =>
      one.kind === 'group'
        ? closed(one, shape)
        : {
            kind: 'test',
            fact: one.fact,
            op: one.op,
            key: one.key.trim(),
            days: one.days.trim() ? Math.min(3660, Math.max(1, Math.round(Number(one.days)) || 1)) : null,
            values: withoutValue.has(one.op)
              ? []
              : one.values
                  .map((value) => value.trim())
                  .filter(Boolean)
                  .map((value) => (numeric(one.op, shape(one)) ? amount(value, value) : value)),
          },
    ),
  }
}

export const numeric = (op: Op, shape: Shape): boolean =>
  op === 'in_last' || op === 'in_next' || (shape === 'number' && !withoutValue.has(op))
