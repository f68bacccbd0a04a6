import { describe, expect, it } from 'vitest'
import { attend, forget } from './attention'
import { Conversation } from './conversation.svelte'
import { row } from './rows.fixture'

describe('Conversation', () => {
  it('takes the same event twice as once, and never an older one', () => {
    const one = new Conversation(row({ id: 'a', seq: 5 }))
    expect(one.change({ subject: 'Nuovo' }, 6)).toBe(true)
    expect(one.change({ subject: 'Nuovo' }, 6)).toBe(false)
    expect(one.change({ subject: 'Vecchio' }, 4)).toBe(false)
    expect(one.row).toMatchObject({ subject: 'Nuovo', seq: 6 })
  })

  it('lets a late snapshot pass by', () => {
    const one = new Conversation(row({ id: 'a', seq: 5, subject: 'Ora' }))
    expect(one.take(row({ id: 'a', seq: 4, subject: 'Prima' }))).toBe(false)
    expect(one.row.subject).toBe('Ora')
  })
})

describe('attention', () => {
  const signal = { name: 'typing' as const, user: { id: 'p', name: 'Paolo' }, conversation_id: 'a' }

  it('forgets who has not repeated the signal', () => {
    const one = new Conversation(row({ id: 'a' }))
    attend(one, signal, 0)
    expect(one.others).toMatchObject([{ id: 'p', doing: 'typing', customer: false }])
    expect(forget(one, 5_999)).toBe(true)
    expect(forget(one, 6_000)).toBe(false)
    expect(one.others).toEqual([])
  })

  it('tells the customer from a colleague: only a colleague stands in the way', () => {
    const one = new Conversation(row({ id: 'a' }))
    attend(one, { ...signal, user: { id: 'visitor', name: 'Teresa', kind: 'customer' } }, 0)
    expect(one.customerTypes).toBe(true)
    expect(one.colleagues).toEqual([])
  })

  it('holds one entry a person and drops it on "idle"', () => {
    const one = new Conversation(row({ id: 'a' }))
    attend(one, signal, 0)
    attend(one, { ...signal, name: 'viewing' }, 1)
    expect(one.others).toHaveLength(1)
    attend(one, { ...signal, name: 'idle' }, 2)
    expect(one.others).toEqual([])
  })
})
