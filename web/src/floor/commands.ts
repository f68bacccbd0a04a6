import Megaphone from '@lucide/svelte/icons/megaphone'
import type { Command } from '../commands/command'
import { session } from '../model/session.svelte'
import { floor } from './floor.svelte'
import { tf } from './text.svelte'

/** Move the focus among the rows of the floor, as they stand on the screen. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.floor [data-row]')]
  const held = document.activeElement?.closest<HTMLElement>('[data-row]')
  const at = held ? rows.indexOf(held) : by > 0 ? -1 : rows.length
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus()
}

/** What the keys do on the floor. */
export const floorCommands = (tell: () => void): Command[] => [
  {
    id: 'floor.next',
    group: 'list',
    label: () => tf.keys.next,
    keys: ['j'],
    run: () => {
      step(1)
    },
  },
  {
    id: 'floor.previous',
    group: 'list',
    label: () => tf.keys.previous,
    keys: ['k'],
    run: () => {
      step(-1)
    },
  },
  {
    id: 'floor.close',
    group: 'list',
    label: () => tf.keys.close,
    keys: ['Escape'],
    when: () => floor.behind !== null,
    run: () => (floor.behind = null),
  },
  {
    id: 'floor.tell',
    group: 'write',
    label: () => tf.now.message,
    keys: ['m'],
    icon: Megaphone,
    when: () => session.can('floor.act'),
    run: tell,
  },
]
