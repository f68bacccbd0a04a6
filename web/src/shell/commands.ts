import ChartColumn from '@lucide/svelte/icons/chart-column'
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark'
import Inbox from '@lucide/svelte/icons/inbox'
import LogOut from '@lucide/svelte/icons/log-out'
import MonitorUp from '@lucide/svelte/icons/monitor-up'
import Moon from '@lucide/svelte/icons/moon'
import Rows3 from '@lucide/svelte/icons/rows-3'
import Search from '@lucide/svelte/icons/search'
import Settings from '@lucide/svelte/icons/settings'
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal'
import Sun from '@lucide/svelte/icons/sun'
import Languages from '@lucide/svelte/icons/languages'
import Undo2 from '@lucide/svelte/icons/undo-2'
import Users from '@lucide/svelte/icons/users'
import Waypoints from '@lucide/svelte/icons/waypoints'
import Activity from '@lucide/svelte/icons/activity'
import type { Command } from '../commands/command'
import { language, tr } from '../i18n/i18n.svelte'
import { attempt } from '../model/actions'
import { prefs, type Density } from '../model/prefs.svelte'
import { session } from '../model/session.svelte'
import { toasts } from '../ui/toast.svelte'
import { areas } from './areas'
import { meCommands } from './me-commands'
import { overlays } from './overlays.svelte'
import { router } from './router.svelte'

/** Any of these opens the administration. */
export const adminPermissions = [
  'users.manage',
  'channels.manage',
  'workspace.manage',
  'attributes.manage',
  'queues.manage',
  'floor.act',
  'api_keys.manage',
  'audit.read',
  'privacy.manage',
  'sign_on.manage',
  'jobs.manage',
  'replies.write',
  'labels.write',
  'contacts.import',
]

/** Who plans or leads the floor may ask the twin. */
export const mayAskTwin = () => session.can('plans.manage') || session.can('floor.act')

const densities: Density[] = ['compact', 'cosy', 'roomy']
const isDark = () =>
  prefs.now.theme === 'dark' ||
  (prefs.now.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)

const go = (to: string) => () => {
  router.go(to)
}

/** What can be done from everywhere. */
export const shellCommands: Command[] = [
  {
    id: 'shell.bar',
    group: 'go',
    label: () => tr.commands.bar,
    keys: ['Ctrl+k'],
    icon: Search,
    whileTyping: true,
    run: () => (overlays.bar = !overlays.bar),
  },
  { id: 'go.desk', group: 'go', label: () => tr.commands.goDesk, keys: ['g c'], icon: Inbox, run: go('/') },
  {
    id: 'go.search',
    group: 'go',
    label: () => tr.commands.goSearch,
    keys: ['/', 'g r'],
    icon: Search,
    run: go('/search'),
  },
  {
    id: 'go.customers',
    group: 'go',
    label: () => tr.commands.goCustomers,
    keys: ['g l'],
    icon: Users,
    run: go('/customers'),
    when: () => areas.has('customers') && session.can('contacts.read'),
  },
  {
    id: 'go.floor',
    group: 'go',
    label: () => tr.commands.goFloor,
    keys: ['g s'],
    icon: Activity,
    run: go('/floor'),
    when: () => areas.has('floor') && session.can('floor.watch'),
  },
  {
    id: 'go.wallboard',
    group: 'go',
    label: () => tr.commands.goWallboard,
    keywords: () => tr.commands.wallboardWords,
    icon: MonitorUp,
    run: go('/wallboard'),
    when: () => areas.has('floor') && session.can('floor.watch'),
  },
  {
    id: 'go.history',
    group: 'go',
    label: () => tr.commands.goHistory,
    keywords: () => tr.commands.historyWords,
    icon: ChartColumn,
    run: go('/floor/history'),
    when: () => areas.has('floor') && session.can('reports.read'),
  },
  {
    id: 'go.twin',
    group: 'go',
    label: () => tr.commands.goTwin,
    keywords: () => tr.commands.twinWords,
    keys: ['g t'],
    icon: Waypoints,
    run: go('/twin'),
    when: () => areas.has('twin') && mayAskTwin(),
  },
  {
    id: 'go.admin',
    group: 'go',
    label: () => tr.commands.goAdmin,
    keys: ['g a'],
    icon: Settings,
    run: go('/admin'),
    when: () => areas.has('admin') && adminPermissions.some((name) => session.can(name)),
  },
  {
    id: 'go.preferences',
    group: 'go',
    label: () => tr.commands.goPreferences,
    keys: ['g p'],
    icon: SlidersHorizontal,
    run: go('/preferences'),
  },
  {
    id: 'undo',
    group: 'me',
    label: () => tr.commands.undo,
    keys: ['z'],
    icon: Undo2,
    when: () => toasts.list.some((one) => one.undo),
    run: () => toasts.undoLast(),
  },
  ...meCommands,
  {
    id: 'view.theme',
    group: 'view',
    label: () => (isDark() ? tr.commands.light : tr.commands.dark),
    keywords: () => tr.commands.themeWords,
    icon: isDark() ? Sun : Moon,
    run: () => prefs.set({ theme: isDark() ? 'light' : 'dark' }),
  },
  {
    id: 'view.density',
    group: 'view',
    label: () => tr.commands.density,
    keywords: () => tr.commands.densityWords,
    icon: Rows3,
    run: () => prefs.set({ density: densities[(densities.indexOf(prefs.now.density) + 1) % 3] ?? 'cosy' }),
  },
  {
    id: 'view.language',
    group: 'view',
    label: () => tr.commands.language,
    keywords: () => 'language lingua english italiano',
    icon: Languages,
    run: () => prefs.set({ language: language() === 'it' ? 'en' : 'it' }),
  },
  {
    id: 'shell.help',
    group: 'view',
    label: () => tr.commands.help,
    keys: ['?'],
    icon: CircleQuestionMark,
    hint: () => tr.hints.all,
    run: () => (overlays.help = true),
  },
  {
    id: 'me.out',
    group: 'me',
    label: () => tr.shell.signOut,
    icon: LogOut,
    run: () => attempt(() => session.signOut()),
  },
]
