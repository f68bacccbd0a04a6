import BellRing from '@lucide/svelte/icons/bell-ring'
import BellOff from '@lucide/svelte/icons/bell-off'
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check'
import type { Command } from '../../commands/command'
import { tr } from '../../i18n/i18n.svelte'
import { work } from '../../model/work.svelte'
import { router } from '../../shell/router.svelte'
import { accept, decline } from './answer.svelte'

const first = () => work.offers[0]

/** Answering what is offered, from wherever one is. */
export const offerCommands: readonly Command[] = [
  {
    id: 'offer.accept',
    group: 'conversation',
    label: () => tr.offers.acceptFirst,
    keys: ['Alt+a'],
    icon: BellRing,
    whileTyping: true,
    overDialogs: true,
    when: () => first() !== undefined,
    run: () => {
      const offer = first()
      if (offer) return accept(offer)
    },
  },
  {
    id: 'offer.decline',
    group: 'conversation',
    label: () => tr.offers.declineFirst,
    keys: ['Alt+d'],
    icon: BellOff,
    whileTyping: true,
    overDialogs: true,
    when: () => first() !== undefined,
    run: () => {
      const offer = first()
      if (offer) decline(offer)
    },
  },
  {
    id: 'wrapup.open',
    group: 'conversation',
    label: () => tr.wrapUp.open,
    icon: ClipboardCheck,
    when: () => work.wrapUps.length > 0,
    run: () => {
      const one = work.wrapUps[0]
      if (one) router.go(`/c/${one.conversation_id}`)
    },
  },
]
