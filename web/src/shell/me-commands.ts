import Coffee from '@lucide/svelte/icons/coffee'
import Hand from '@lucide/svelte/icons/hand'
import Sunrise from '@lucide/svelte/icons/sunrise'
import UserCheck from '@lucide/svelte/icons/user-check'
import type { Command } from '../commands/command'
import { tr } from '../i18n/i18n.svelte'
import { attempt } from '../model/actions'
import { session } from '../model/session.svelte'
import { team } from '../model/team.svelte'
import { overlays } from './overlays.svelte'

const presence = (state: 'available' | 'away', reason: string | null) => () =>
  attempt(() => session.setPresence(state, reason))

/** What a person says of themselves: their state, that they need help; and their own day. */
export const meCommands: readonly Command[] = [
  {
    id: 'me.help',
    group: 'me',
    label: () => (team.hand ? tr.help.change : tr.help.ask),
    keywords: () => tr.help.words,
    keys: ['Alt+h'],
    icon: Hand,
    whileTyping: true,
    when: () => session.can('conversations.handle'),
    run: () => (overlays.hand = true),
  },
  {
    id: 'me.day',
    group: 'me',
    label: () => tr.help.day,
    keywords: () => tr.help.dayWords,
    keys: ['g d'],
    icon: Sunrise,
    run: () => (overlays.day = true),
  },
  {
    id: 'me.available',
    group: 'me',
    label: () => tr.commands.available,
    icon: UserCheck,
    run: presence('available', null),
  },
  {
    id: 'me.break',
    group: 'me',
    label: () => tr.commands.break,
    icon: Coffee,
    run: () => presence('away', tr.presence.awayReasons[0] ?? null)(),
  },
]
