import User from '@lucide/svelte/icons/user'
import * as contactsApi from '../api/contacts'
import * as api from '../api/conversations'
import type { Contact, ConversationRow } from '../api/types'
import { score } from '../commands/find'
import { channelIcon } from '../parts/channels'
import { tr } from '../i18n/i18n.svelte'
import { registry } from '../model/registry'
import { session } from '../model/session.svelte'
import { areas } from './areas'
import type { BarEntry } from './bar-entries'
import { router } from './router.svelte'

/** Something that changes the screen. */
export const goTo = (to: string) => () => {
  router.go(to)
}

const conversationEntry = (row: ConversationRow): BarEntry => ({
  id: row.id,
  group: tr.commands.groups.conversations,
  label: row.contact.name,
  hint: row.subject || row.preview,
  icon: channelIcon(row.channel),
  run: goTo(`/c/${row.id}`),
})

const contactEntry = (contact: Contact): BarEntry => ({
  id: contact.id,
  group: tr.commands.groups.customers,
  label: contact.name,
  hint: contact.identities.find((identity) => identity.kind !== 'visitor')?.value,
  icon: User,
  run: goTo(`/customers/${contact.id}`),
})

/** Conversations this desk knows already: they answer at the first key. */
export function findNear(text: string): BarEntry[] {
  const found = []
  for (const { row } of registry.all()) {
    const worth = score(text, `${row.contact.name} ${row.subject}`) + (text === String(row.number) ? 5 : 0)
    if (worth > 0) found.push({ row, worth })
  }
  return found
    .sort((a, b) => b.worth - a.worth)
    .slice(0, 5)
    .map(({ row }) => conversationEntry(row))
}

/** What the server finds. A part that fails is left out: the bar is no place for an error. */
export async function findFar(text: string, signal: AbortSignal): Promise<BarEntry[]> {
  const people = session.can('contacts.read') && areas.has('customers')
  const [rows, contacts] = await Promise.allSettled([
    api.list({ view: 'all', status: 'all', q: text, limit: 6 }, signal),
    people ? contactsApi.find(text, signal) : Promise.reject(new Error('not asked')),
  ])
  return [
    ...(rows.status === 'fulfilled' ? rows.value.items.map(conversationEntry) : []),
    ...(contacts.status === 'fulfilled' ? contacts.value.items.slice(0, 5).map(contactEntry) : []),
  ]
}
