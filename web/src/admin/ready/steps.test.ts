import { describe, expect, it } from 'vitest'
import { blank, deeds, targetIn, targetOf } from './steps'

describe('steps of a macro', () => {
  it('assign to one target at a time, whichever it is', () => {
    for (const target of ['', 'me', 'user_id:1', 'team_id:2', 'queue_id:3'])
      expect(targetOf(targetIn(target))).toBe(target)
    expect(targetIn('team_id:2')).toEqual({ do: 'assign', team_id: '2' })
  })

  it('begin as what they do', () => {
    expect(deeds.map((deed) => blank(deed).do)).toEqual(deeds)
    expect(blank('resolve')).toEqual({ do: 'resolve' })
  })
})
