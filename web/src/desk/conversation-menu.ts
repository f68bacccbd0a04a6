import { commands } from '../commands/registry.svelte'
import type { MenuEntry } from '../ui/menu'

const inMenu = [
  'conversation.take',
  'conversation.assign',
  'conversation.release',
  'conversation.transfer',
  'conversation.snooze',
  '-',
  'conversation.macro',
  'conversation.labels',
  'conversation.priority',
  'conversation.rename',
  'conversation.follow',
  '-',
  'conversation.merge',
  'conversation.link',
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
    const entry: MenuEntry = {
      label: command.label(),
      icon: command.icon,
      keys: commands.keysOf(id),
      separated,
      run: () => command.run(),
    }
    separated = false
    return [entry]
  })
}
