import { expect, it } from 'vitest'
import { QueueDraft } from './queue-draft.svelte'

const queue = {
  id: 'q',
  name: 'Bollette',
  brand_id: null,
  team_ids: ['t'],
  gives_work: true,
  priority: 2,
  archived: false,
  waiting: 0,
  version: 1,
}

it('sends back what it was given', () => {
  const rules = {
    channels: ['webchat'],
    requirement: { s: 3 },
    rings: [
      { seconds: 20, requirement: null, agents: null, members: true },
      { seconds: null, requirement: { s: 1 }, agents: ['u'], members: false },
    ],
    offers: true,
    offer_s: 15,
    set_aside_s: null,
    refused_s: 30,
    wrap_up_s: 90,
    extension_s: 45,
    preferred_s: 0,
    handle_s: 240,
    overflow: { after_s: 600, queue_id: 'o' },
    by_channel: { email: { offers: false, wrap_up_s: null }, webchat: { offer_s: 10, set_aside_s: 5 } },
    decline_reasons: ['Non ora'],
    disposition_required: true,
  }
  expect(new QueueDraft({ ...queue, rules }).wish().rules).toEqual(rules)
})

it('begins a new queue with what the server does without rules', () => {
  const { rules } = new QueueDraft(null).wish()
  expect(rules).toMatchObject({
    offers: false,
    offer_s: 20,
    set_aside_s: 60,
    wrap_up_s: 0,
    overflow: null,
    rings: [],
  })
})

it('leaves what is no number to the server, which names the field', () => {
  const draft = new QueueDraft({ ...queue, rules: {} })
  draft.offerS = 'presto'
  expect(draft.wish().rules).toMatchObject({ offer_s: 'presto' })
})
