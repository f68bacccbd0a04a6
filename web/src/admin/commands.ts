import Settings from '@lucide/svelte/icons/settings'
import type { Command } from '../commands/command'
import { tr } from '../i18n/i18n.svelte'
import { session } from '../model/session.svelte'
import { router } from '../shell/router.svelte'
import { places } from './places'

/** One way to each page, for those who may see it. */
export const adminCommands: readonly Command[] = places.map(({ key, may }) => ({
  id: `admin.${key}`,
  group: 'go',
  label: () => tr.adminPlaces.go(tr.adminPlaces.names[key]),
  keywords: () => tr.areas.admin,
  icon: Settings,
  when: () => may.some((name) => session.can(name)),
  run: () => {
    router.go(`/admin/${key}`)
  },
}))
