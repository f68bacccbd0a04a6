import AlarmClock from '@lucide/svelte/icons/alarm-clock'
import ArrowDown from '@lucide/svelte/icons/arrow-down'
import ArrowUp from '@lucide/svelte/icons/arrow-up'
import Bell from '@lucide/svelte/icons/bell'
import Check from '@lucide/svelte/icons/check'
import CheckSquare from '@lucide/svelte/icons/square-check'
import Flag from '@lucide/svelte/icons/flag'
import GitMerge from '@lucide/svelte/icons/git-merge'
import Hand from '@lucide/svelte/icons/hand'
import Link2 from '@lucide/svelte/icons/link-2'
import Lock from '@lucide/svelte/icons/lock'
import Pencil from '@lucide/svelte/icons/pencil'
import Reply from '@lucide/svelte/icons/reply'
import RotateCcw from '@lucide/svelte/icons/rotate-ccw'
import Tag from '@lucide/svelte/icons/tag'
import UserMinus from '@lucide/svelte/icons/user-minus'
import UserPlus from '@lucide/svelte/icons/user-plus'
import Forward from '@lucide/svelte/icons/forward'
import X from '@lucide/svelte/icons/x'
import type { Id, Priority } from '../api/types'
import type { Command } from '../commands/command'
import { commands } from '../commands/registry.svelte'
import { tr } from '../i18n/i18n.svelte'
import * as deeds from '../model/deeds'
import { registry } from '../model/registry'
import { session } from '../model/session.svelte'
import type { MenuEntry } from '../ui/menu'
import { desk } from './desk.svelte'

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
  if (open && ids.includes(open)) desk.next(open === ids[0] ? ids : [open])
  await deeds.resolve(ids)
}

function compose(mode: 'reply' | 'note') {
  return () => {
    const id = desk.openId ?? desk.cursor
    if (!id) return
    if (desk.openId !== id) desk.open(id)
    desk.compose(mode)
  }
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

function escape(): void {
  if (desk.ticked.size) desk.ticked.clear()
  else if (desk.sideOpen) desk.sideOpen = false
  else desk.close()
}

/** Everything one can do on the desk. */
export const deskCommands: Command[] = [
  { id: 'list.next', group: 'list', label: () => tr.commands.next, keys: ['j'], icon: ArrowDown, run: () => desk.step(1) },
  { id: 'list.previous', group: 'list', label: () => tr.commands.previous, keys: ['k'], icon: ArrowUp, hint: () => tr.hints.move, run: () => desk.step(-1) },
  { id: 'compose.reply', group: 'write', label: () => tr.commands.reply, keys: ['r'], icon: Reply, hint: () => tr.hints.reply, when: single, run: compose('reply') },
  { id: 'compose.note', group: 'write', label: () => tr.commands.note, keys: ['n'], icon: Lock, hint: () => tr.hints.note, when: single, run: compose('note') },
  { id: 'conversation.resolve', group: 'conversation', label: () => tr.commands.resolve, keys: ['e'], icon: Check, hint: () => tr.hints.resolve, when: () => some() && !resolved(), run: toTargets(resolveAndNext) },
  { id: 'conversation.reopen', group: 'conversation', label: () => tr.commands.reopen, keys: ['Shift+e'], icon: RotateCcw, when: () => some() && resolved(), run: toTargets(deeds.reopen) },
  { id: 'conversation.snooze', group: 'conversation', label: () => tr.commands.snooze, keywords: () => tr.commands.snoozeWords, keys: ['s'], icon: AlarmClock, hint: () => tr.hints.snooze, when: some, run: () => desk.ask('snooze') },
  { id: 'conversation.take', group: 'conversation', label: () => tr.commands.take, keys: ['t'], icon: Hand, when: some, run: toTargets(deeds.take) },
  { id: 'conversation.assign', group: 'conversation', label: () => tr.commands.assign, keys: ['a'], icon: UserPlus, when: some, run: () => desk.ask('assign') },
  { id: 'conversation.release', group: 'conversation', label: () => tr.commands.release, icon: UserMinus, when: () => some() && desk.targets.some((id) => row(id)?.owner), run: toTargets((ids) => deeds.assign(ids, { user_id: null, team_id: null, queue_id: null }, tr.assign.nobody)) },
  { id: 'conversation.transfer', group: 'conversation', label: () => tr.commands.transfer, keys: ['Shift+t'], icon: Forward, when: single, run: () => desk.ask('transfer') },
  { id: 'conversation.labels', group: 'conversation', label: () => tr.commands.labels, keywords: () => tr.commands.labelWords, keys: ['l'], icon: Tag, when: some, run: () => desk.ask('labels') },
  { id: 'conversation.priority', group: 'conversation', label: () => tr.commands.priority, keys: ['p'], icon: Flag, when: some, run: raise },
  { id: 'conversation.rename', group: 'conversation', label: () => tr.commands.rename, icon: Pencil, when: single, run: () => desk.ask('rename') },
  { id: 'conversation.follow', group: 'conversation', label: () => (row(desk.openId)?.followers.includes(session.id) ? tr.commands.unfollow : tr.commands.follow), keys: ['f'], icon: Bell, when: () => desk.openId !== null, run: follow },
  { id: 'conversation.merge', group: 'conversation', label: () => tr.commands.merge, icon: GitMerge, when: single, run: () => desk.ask('merge') },
  { id: 'conversation.link', group: 'conversation', label: () => tr.commands.link, icon: Link2, when: single, run: () => desk.ask('link') },
  { id: 'list.tick', group: 'list', label: () => tr.commands.tick, keys: ['x'], icon: CheckSquare, when: () => desk.cursor !== null, run: () => desk.cursor && desk.tick(desk.cursor) },
  { id: 'desk.close', group: 'list', label: () => tr.commands.close, keys: ['Escape'], icon: X, when: () => desk.openId !== null || desk.ticked.size > 0, run: escape },
  { id: 'compose.send', group: 'write', label: () => tr.commands.send, keys: ['Ctrl+Enter'], when: () => desk.openId !== null, run: () => desk.compose(desk.mode) },
  { id: 'compose.canned', group: 'write', label: () => tr.compose.canned, keys: [';'], hint: () => tr.hints.canned, when: single, run: () => desk.composeWith(';') },
]

const inMenu = [
  'conversation.take', 'conversation.assign', 'conversation.release', 'conversation.transfer', 'conversation.snooze', '-',
  'conversation.labels', 'conversation.priority', 'conversation.rename', 'conversation.follow', '-', 'conversation.merge', 'conversation.link',
]

/** The open conversation's menu: the same commands, with their keys. */
export function conversationMenu(): MenuEntry[] {
  let separated = false
  return inMenu.flatMap((id): MenuEntry[] => {
    if (id === '-') {
      separated = true
      return []
    }
    const command = commands.all.find((one) => one.id === id)
    if (!command || !commands.offers(command)) return []
    const entry: MenuEntry = { label: command.label(), icon: command.icon, keys: commands.keysOf(id), separated, run: () => command.run() }
    separated = false
    return [entry]
  })
}
