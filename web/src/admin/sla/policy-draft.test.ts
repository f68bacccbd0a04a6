import { describe, expect, it } from 'vitest'
import type { Policy } from '../api/sla'
import { lengthOf, PolicyDraft, secondsOf } from './policy-draft.svelte'

const policy: Policy = {
  id: 'p',
  name: 'E-mail',
  description: '',
  enabled: true,
  position: 0,
  version: 3,
  calendar_id: 'c',
  conditions: { queues: ['q'], brands: [], channels: ['email'], priorities: [], labels: [], segments: [] },
  targets: {
    first: { target_s: 14_400, warn_share: 0.75, warn_before_s: null, business: true },
    next: null,
    resolution: { target_s: 172_800, warn_share: 0.8, warn_before_s: 5400, business: false },
  },
  pauses: { waiting: true, snoozed: 'all' },
  escalations: [
    {
      on: 'breached',
      kinds: ['first'],
      steps: [
        { do: 'notify', who: ['supervisors'] },
        { do: 'priority', priority: null },
        { do: 'queue', queue_id: 'q2' },
        { do: 'label', labels: ['l'] },
      ],
    },
  ],
}

describe('a policy being written', () => {
  it('is sent as it was read', () => {
    const { name, description, enabled, conditions, calendar_id, pauses, escalations } = policy
    expect(new PolicyDraft(policy).wish()).toEqual({
      name,
      description,
      enabled,
      conditions,
      calendar_id,
      pauses,
      escalations,
      targets: {
        first: { target_s: 14_400, warn_share: 0.75, business: true },
        next: null,
        resolution: { target_s: 172_800, warn_before_s: 5400, business: false },
      },
    })
  })

  it('shows seconds in the largest unit that fits', () => {
    expect(lengthOf(172_800)).toEqual({ value: '2', unit: 'd' })
    expect(lengthOf(5400)).toEqual({ value: '90', unit: 'm' })
    expect(lengthOf(61)).toEqual({ value: '61', unit: 's' })
    expect(secondsOf({ value: '1,5', unit: 'h' })).toBe(5400)
    expect(secondsOf({ value: 'presto', unit: 'h' })).toBe('presto')
    expect(secondsOf({ value: ' ', unit: 'h' })).toBeNull()
  })
})
