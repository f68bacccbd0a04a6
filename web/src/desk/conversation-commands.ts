import AlarmClock from '@lucide/svelte/icons/alarm-clock'
import Bell from '@lucide/svelte/icons/bell'
import Check from '@lucide/svelte/icons/check'
import Flag from '@lucide/svelte/icons/flag'
import GitMerge from '@lucide/svelte/icons/git-merge'
import Hand from '@lucide/svelte/icons/hand'
import Link2 from '@lucide/svelte/icons/link-2'
import Pencil from '@lucide/svelte/icons/pencil'
import RotateCcw from '@lucide/svelte/icons/rotate-ccw'
import Tag from '@lucide/svelte/icons/tag'
import Route from '@lucide/svelte/icons/route'
import Workflow from '@lucide/svelte/icons/workflow'
import UserMinus from '@lucide/svelte/icons/user-minus'
import UserPlus from '@lucide/svelte/icons/user-plus'
import Forward from '@lucide/svelte/icons/forward'
import type { Id, Priority } from '../api/types'
import type { Command } from '../commands/command'
import { tr } from '../i18n/i18n.svelte'
import * as deeds from '../model/deeds'
import { registry } from '../model/registry'
import { session } from '../model/session.svelte'
import { desk } from './desk.svelte'
import { wrapUp } from './wrapup/begin.svelte'

const row = (id: Id | null) => (id ? registry.get(id)?.row : undefined)
const handles = () => session.can('conversations.handle')
const some = () => handles() && desk.targets.length > 0
const single = () => some() && desk.targets.length === 1
const resolved = () => desk.targets.every((id) => row(id)?.status === 'resolved')

/** Do it to all targets; what was ticked is done with. */
function toTargets(deed: (ids: readonly Id[]) => unknown) {
  return () => {
    const ids = desk.targets
    desk.ticked.clear()
    return deed(ids)
  }
}

async function resolveAndNext(ids: readonly Id[]): Promise<void> {
  const open = desk.openId
  const [only] = ids
  if (ids.length === 1 && only && only === open && (await wrapUp(only))) return
  if (open && ids.includes(open)) desk.next(open === ids[0] ? ids : [open])
  await deeds.resolve(ids)
}

const priorities: Priority[] = ['normal', 'high', 'urgent']
function raise(): void {
  const now = row(desk.targets[0] ?? null)?.priority ?? 'normal'
  const next = priorities[(priorities.indexOf(now) + 1) % priorities.length] ?? 'normal'
  toTargets((ids) => deeds.prioritise(ids, next))()
}

function follow(): void {
  const id = desk.openId
  if (id) void deeds.follow(id, !row(id)?.followers.includes(session.id))
}

/** What one can do to conversations: to the ticked ones, else to the open one. */
export const conversationCommands: Command[] = [
  {
    id: 'conversation.resolve',
    group: 'conversation',
    label: () => tr.commands.resolve,
    keys: ['e'],
    icon: Check,
    hint: () => tr.hints.resolve,
    when: () => some() && !resolved(),
    run: toTargets(resolveAndNext),
  },
  {
    id: 'conversation.reopen',
    group: 'conversation',
    label: () => tr.commands.reopen,
    keys: ['Shift+e'],
    icon: RotateCcw,
    when: () => some() && resolved(),
    run: toTargets(deeds.reopen),
  },
  {
    id: 'conversation.snooze',
    group: 'conversation',
    label: () => tr.commands.snooze,
    keywords: () => tr.commands.snoozeWords,
    keys: ['s'],
    icon: AlarmClock,
    hint: () => tr.hints.snooze,
    when: some,
    run: () => desk.ask('snooze'),
  },
  {
    id: 'conversation.take',
    group: 'conversation',
    label: () => tr.commands.take,
    keys: ['t'],
    icon: Hand,
    when: some,
    run: toTargets(deeds.take),
  },
  {
    id: 'conversation.assign',
    group: 'conversation',
    label: () => tr.commands.assign,
    keys: ['a'],
    icon: UserPlus,
    when: some,
    run: () => desk.ask('assign'),
  },
  {
    id: 'conversation.release',
    group: 'conversation',
    label: () => tr.commands.release,
    icon: UserMinus,
    when: () => some() && desk.targets.some((id) => row(id)?.owner),
    run: toTargets((ids) => deeds.assign(ids, { user_id: null }, tr.assign.queue)),
  },
  {
    id: 'conversation.transfer',
    group: 'conversation',
    label: () => tr.commands.transfer,
    keys: ['Shift+t'],
    icon: Forward,
    when: single,
    run: () => desk.ask('transfer'),
  },
  {
    id: 'conversation.labels',
    group: 'conversation',
    label: () => tr.commands.labels,
    keywords: () => tr.commands.labelWords,
    keys: ['l'],
    icon: Tag,
    when: some,
    run: () => desk.ask('labels'),
  },
  {
    id: 'conversation.priority',
    group: 'conversation',
    label: () => tr.commands.priority,
    keys: ['p'],
    icon: Flag,
    when: some,
    run: raise,
  },
  {
    id: 'conversation.macro',
    group: 'conversation',
    label: () => tr.commands.macro,
    keys: ['m'],
    icon: Workflow,
    when: single,
    run: () => desk.ask('macro'),
  },
  {
    id: 'conversation.rename',
    group: 'conversation',
    label: () => tr.commands.rename,
    icon: Pencil,
    when: single,
    run: () => desk.ask('rename'),
  },
  {
    id: 'conversation.follow',
    group: 'conversation',
    label: () =>
      row(desk.openId)?.followers.includes(session.id) ? tr.commands.unfollow : tr.commands.follow,
    keys: ['f'],
    icon: Bell,
    when: () => desk.openId !== null,
    run: follow,
  },
  {
    id: 'conversation.why',
    group: 'conversation',
    label: () => (row(desk.openId)?.owner?.id === session.id ? tr.why.mine : tr.why.theirs),
    keywords: () => tr.why.waiting,
    keys: ['w'],
    icon: Route,
    when: () => desk.openId !== null,
    run: () => (desk.why = !desk.why),
  },
  {
    id: 'conversation.merge',
    group: 'conversation',
    label: () => tr.commands.merge,
    icon: GitMerge,
    when: single,
    run: () => desk.ask('merge'),
  },
  {
    id: 'conversation.link',
    group: 'conversation',
    label: () => tr.commands.link,
    icon: Link2,
    when: single,
    run: () => desk.ask('link'),
  },
]
