import { expect, test } from 'vitest'
import { closed, newTest, opened, type TestDraft } from './draft'
import { ops, shapeOf, shapes, type Group } from './model'

const kinds: Record<string, string> = { contratti: 'number', piano: 'choice' }
const shape = (one: TestDraft) => shapeOf(one.fact, one.key, (key) => kinds[key])

test('what is opened and closed again is the same', () => {
  const group: Group = {
    kind: 'group',
    match: 'any',
    conditions: [
      { kind: 'test', fact: 'label', op: 'any_of', key: '', days: null, values: ['a', 'b'] },
      { kind: 'test', fact: 'attribute', op: 'ge', key: 'contratti', days: null, values: [2.5] },
      { kind: 'test', fact: 'since', op: 'in_last', key: '', days: null, values: [30] },
      {
        kind: 'group',
        match: 'none',
        conditions: [{ kind: 'test', fact: 'conversations', op: 'gt', key: '', days: 30, values: [3] }],
      },
    ],
  }
  expect(closed(opened(group), shape)).toEqual(group)
})

test('an Italian number is a number, and what is none is sent as it was typed', () => {
  const typed = (value: string): TestDraft => ({
    ...newTest('attribute'),
    key: 'contratti',
    op: 'ge',
    values: [value],
  })
  const sent = (value: string) => {
    const [one] = closed({ kind: 'group', match: 'all', conditions: [typed(value)] }, shape).conditions ?? []
    return one?.kind === 'test' ? one.values : null
  }
  expect(sent('2,5')).toEqual([2.5])
  expect(sent('tanti')).toEqual(['tanti'])
  expect(sent(' ')).toEqual([])
})

test('a new condition begins with a comparison that goes with its fact', () => {
  for (const fact of Object.keys(shapes) as (keyof typeof shapes)[])
    expect(ops[shapes[fact]]).toContain(newTest(fact).op)
})
