import ArrowDown from '@lucide/svelte/icons/arrow-down'
import ArrowUp from '@lucide/svelte/icons/arrow-up'
import CheckSquare from '@lucide/svelte/icons/square-check'
import Lock from '@lucide/svelte/icons/lock'
import Reply from '@lucide/svelte/icons/reply'
import X from '@lucide/svelte/icons/x'
import SquarePen from '@lucide/svelte/icons/square-pen'
import type { Command } from '../commands/command'
import { tr } from '../i18n/i18n.svelte'
import { session } from '../model/session.svelte'
import { conversationCommands } from './conversation-commands'
import { desk } from './desk.svelte'

const single = () => session.can('conversations.handle') && desk.targets.length === 1

function compose(mode: 'reply' | 'note') {
  return () => {
    const id = desk.openId ?? desk.cursor
    if (!id) return
    if (desk.openId !== id) desk.open(id)
    desk.compose(mode)
  }
}

function escape(): void {
  if (desk.ticked.size) desk.ticked.clear()
  else if (desk.sideOpen) desk.sideOpen = false
  else desk.close()
}

/** Everything one can do on the desk. */
export const deskCommands: Command[] = [
  {
    id: 'list.next',
    group: 'list',
    label: () => tr.commands.next,
    keys: ['j'],
    icon: ArrowDown,
    run: () => desk.step(1),
  },
  {
    id: 'list.previous',
    group: 'list',
    label: () => tr.commands.previous,
    keys: ['k'],
    icon: ArrowUp,
    hint: () => tr.hints.move,
    run: () => desk.step(-1),
  },
  {
    id: 'compose.reply',
    group: 'write',
    label: () => tr.commands.reply,
    keys: ['r'],
    icon: Reply,
    hint: () => tr.hints.reply,
    when: single,
    run: compose('reply'),
  },
  {
    id: 'compose.note',
    group: 'write',
    label: () => tr.commands.note,
    keys: ['n'],
    icon: Lock,
    hint: () => tr.hints.note,
    when: single,
    run: compose('note'),
  },
  {
    id: 'list.tick',
    group: 'list',
    label: () => tr.commands.tick,
    keys: ['x'],
    icon: CheckSquare,
    when: () => desk.cursor !== null && session.can('conversations.bulk'),
    run: () => desk.cursor && desk.tick(desk.cursor),
  },
  {
    id: 'desk.close',
    group: 'list',
    label: () => tr.commands.close,
    keys: ['Escape'],
    icon: X,
    when: () => desk.openId !== null || desk.ticked.size > 0,
    run: escape,
  },
  {
    id: 'compose.send',
    group: 'write',
    label: () => tr.commands.send,
    keys: ['Ctrl+Enter'],
    when: () => desk.openId !== null,
    run: () => desk.compose(desk.mode),
  },
  {
    id: 'compose.new',
    group: 'write',
    label: () => tr.commands.start,
    keys: ['c'],
    icon: SquarePen,
    when: () => session.can('conversations.handle'),
    run: () => (desk.dialog = { kind: 'new', ids: [] }),
  },
  ...conversationCommands,
  {
    id: 'compose.canned',
    group: 'write',
    label: () => tr.compose.canned,
    keys: [';'],
    hint: () => tr.hints.canned,
    when: single,
    run: () => desk.composeWith(';'),
  },
]
