import { expect, it } from 'vitest'
import type { Disposition } from '../../api/types'
import { leavesOf } from '../../model/dispositions'
import { below, branches } from './tree'

const make = (id: string, parent: string | null, more: Partial<Disposition> = {}): Disposition => ({
  id,
  name: id,
  parent_id: parent,
  queue_id: null,
  position: 0,
  archived: false,
  version: 1,
  ...more,
})
const all = [
  make('bolletta', null, { position: 1 }),
  make('spiegata', 'bolletta'),
  make('ricalcolata', 'bolletta', { position: -1 }),
  make('vecchia', 'bolletta', { archived: true }),
  make('guasto', null),
  make('urgente', 'guasto', { queue_id: 'q' }),
]

it('reads from above, each under its own, in their order', () => {
  expect(branches(all).map(({ id, depth, leaf }) => [id, depth, leaf])).toEqual([
    ['guasto', 0, false],
    ['urgente', 1, true],
    ['bolletta', 0, false],
    ['ricalcolata', 1, true],
    ['spiegata', 1, true],
    ['vecchia', 1, false],
  ])
})

it('finds all that stands below', () => {
  expect([...below(all, 'bolletta')].sort()).toEqual(['bolletta', 'ricalcolata', 'spiegata', 'vecchia'])
})

it('offers a queue its own leaves and those of all queues', () => {
  expect(leavesOf(all, 'q').map((one) => one.id)).toEqual(['urgente', 'ricalcolata', 'spiegata'])
  expect(leavesOf(all, 'other').map((one) => one.path.concat(one.name).join('/'))).toEqual([
    'bolletta/ricalcolata',
    'bolletta/spiegata',
  ])
})
