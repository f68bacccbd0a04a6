import { describe, expect, it } from 'vitest'
import { belongs, noFilters, readFilters, toQuery } from './inbox-filter'
import { row } from './rows.fixture'

const mine = { kind: 'agent', id: 'me', name: 'Marta' } as const
const theirs = { kind: 'agent', id: 'other', name: 'Paolo' } as const

describe('belongs', () => {
  it('knows the standard views', () => {
    expect(belongs(row({ id: 'a', owner: mine }), 'mine', noFilters, 'me')).toBe(true)
    expect(belongs(row({ id: 'a', owner: theirs }), 'mine', noFilters, 'me')).toBe(false)
    expect(belongs(row({ id: 'a' }), 'unassigned', noFilters, 'me')).toBe(true)
    expect(belongs(row({ id: 'a', owner: mine }), 'unassigned', noFilters, 'me')).toBe(false)
    expect(belongs(row({ id: 'a', mentions: ['me'] }), 'mentions', noFilters, 'me')).toBe(true)
    expect(belongs(row({ id: 'a', followers: ['x'] }), 'followed', noFilters, 'me')).toBe(false)
  })

  it('leaves out what is resolved or merged, unless it is asked for', () => {
    expect(belongs(row({ id: 'a', status: 'resolved' }), 'all', noFilters, 'me')).toBe(false)
    expect(
      belongs(row({ id: 'a', status: 'resolved' }), 'all', { ...noFilters, status: ['resolved'] }, 'me'),
    ).toBe(true)
    expect(belongs(row({ id: 'a', merged_into: 'b' }), 'all', noFilters, 'me')).toBe(false)
  })

  it('reads "none" and "me" as the server does', () => {
    const nobody = { ...noFilters, owner: ['none'] }
    expect(belongs(row({ id: 'a' }), 'all', nobody, 'me')).toBe(true)
    expect(belongs(row({ id: 'a', owner: theirs }), 'all', nobody, 'me')).toBe(false)
    expect(belongs(row({ id: 'a', owner: mine }), 'all', { ...noFilters, owner: ['me'] }, 'me')).toBe(true)
    expect(belongs(row({ id: 'a' }), 'all', { ...noFilters, label: ['none'] }, 'me')).toBe(true)
  })

  it('takes any of several labels, and all of several filters', () => {
    const filters = { ...noFilters, label: ['x', 'y'], channel: ['email'] }
    expect(belongs(row({ id: 'a', labels: ['y'] }), 'all', filters, 'me')).toBe(true)
    expect(belongs(row({ id: 'a', labels: ['y'], channel: 'webchat' }), 'all', filters, 'me')).toBe(false)
    expect(belongs(row({ id: 'a', labels: ['z'] }), 'all', filters, 'me')).toBe(false)
  })
})

describe('readFilters', () => {
  it('takes lists, texts with commas and nulls, and lets the rest be', () => {
    const read = readFilters({ status: 'open,waiting', label: ['x', null], view: 'mine', owner: 7 })
    expect(read.status).toEqual(['open', 'waiting'])
    expect(read.label).toEqual(['x', 'none'])
    expect(read.owner).toEqual([])
  })

  it('asks for what goes on when no status is chosen', () => {
    expect(toQuery('mine', noFilters, 'due')['status']).toEqual(['open', 'waiting', 'snoozed'])
  })
})
