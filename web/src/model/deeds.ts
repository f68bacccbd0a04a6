import * as api from '../api/conversations'
import type { Target } from '../api/conversations'
import type { ConversationRow, Id, Priority, Time } from '../api/types'
import { tr } from '../i18n/i18n.svelte'
import { act } from './actions'
import { directory } from './directory.svelte'
import { registry } from './registry'
import { session } from './session.svelte'

const nameOf = (ids: readonly Id[]) => registry.get(ids[0] ?? '')?.row.contact.name ?? ''

/** Everything one can do to conversations, in the words of the screen. */
export const resolve = (ids: readonly Id[]) =>
  act(
    ids,
    api.resolve,
    { name: 'resolve' },
    { status: 'resolved', live: false, due_at: null, due_kind: null },
    tr.done.resolved(nameOf(ids), ids.length),
  )

export const reopen = (ids: readonly Id[]) =>
  act(
    ids,
    api.reopen,
    { name: 'reopen' },
    { status: 'open', resolved_at: null, snoozed_until: null },
    tr.done.reopened(nameOf(ids), ids.length),
  )

export const snooze = (ids: readonly Id[], until: Time, untilReply: boolean, told: string) =>
  act(
    ids,
    (id) => api.snooze(id, { until, until_reply: untilReply }),
    { name: 'snooze', args: { until, until_reply: untilReply } },
    { status: 'snoozed', snoozed_until: until },
    tr.done.snoozed(nameOf(ids), ids.length, told),
  )

function ownerOf(target: Target): Pick<ConversationRow, 'owner'> {
  const id = target.user_id ?? null
  if (!id) return { owner: null }
  return { owner: { kind: 'agent', id, name: directory.nameOf(id) || (session.me?.user.name ?? '') } }
}

/** Give to a person, a team or a queue; all null releases it. */
export const assign = (ids: readonly Id[], target: Target, told: string) =>
  act(
    ids,
    (id) => api.assign(id, target),
    { name: 'assign', args: { ...target } },
    { ...ownerOf(target), ...(target.team_id && { team_id: target.team_id }) },
    tr.done.assigned(nameOf(ids), ids.length, told),
  )

export const take = (ids: readonly Id[]) => assign(ids, { user_id: session.id }, tr.assign.me)

export const transfer = (id: Id, target: Target & { note?: string; keep_place?: boolean }, told: string) =>
  act(
    [id],
    () => api.transfer(id, target),
    { name: 'transfer' },
    ownerOf(target),
    tr.done.transferred(nameOf([id]), told),
  )

export const label = (ids: readonly Id[], labels: Id[], adding: Id | null) => {
  const name = directory.labels.get(adding ?? '')?.name ?? ''
  return act(
    ids,
    (id) => api.change(id, { labels }),
    { name: 'label', args: adding ? { add: [adding] } : { labels } },
    ids.length === 1 ? { labels } : {},
    tr.done.labelled(ids.length, name),
  )
}

export const prioritise = (ids: readonly Id[], priority: Priority) =>
  act(
    ids,
    (id) => api.change(id, { priority }),
    { name: 'priority', args: { priority } },
    { priority },
    tr.done.prioritised(tr.priority[priority]),
  )

export const rename = (id: Id, subject: string) =>
  act(
    [id],
    () => api.change(id, { subject }, registry.get(id)?.row.version),
    { name: 'rename' },
    { subject },
    tr.done.renamed,
  )

export const merge = (id: Id, into: Id) =>
  act([id], () => api.merge(id, into), { name: 'merge' }, { merged_into: into }, tr.done.merged)
export const link = (id: Id, other: Id) =>
  act([id], () => api.link(id, other), { name: 'link' }, {}, tr.done.linked)
export const unlink = (id: Id, other: Id) =>
  act([id], () => api.unlink(id, other), { name: 'unlink' }, {}, tr.done.unlinked)
export const split = (id: Id, messages: Id[], subject: string) =>
  act([id], () => api.split(id, messages, subject), { name: 'split' }, {}, tr.done.split)

export function follow(id: Id, on: boolean): Promise<boolean> {
  const row = registry.get(id)?.row
  const rest = (row?.followers ?? []).filter((one) => one !== session.id)
  const change = { followers: on ? [...rest, session.id] : rest }
  return act(
    [id],
    on ? api.follow : api.unfollow,
    { name: 'follow' },
    change,
    on ? tr.done.followed : tr.done.unfollowed,
  )
}

/**
 * Tell the server how far one has read. What a colleague owns stays unread: to them it is still new.
 * Nothing to say when it fails: the next reading tells again.
 */
export async function read(id: Id, seq: number): Promise<void> {
  const known = registry.get(id)
  const owner = known?.row.owner
  if (owner?.kind === 'agent' && owner.id !== session.id) return
  if (known && known.row.unread > 0) known.row = { ...known.row, unread: 0 }
  await api.read(id, seq).catch(() => undefined)
}

export const runMacro = (id: Id, macro: Id, name: string) =>
  act([id], () => api.runMacro(macro, id), { name: 'macro' }, {}, tr.done.macro(name))
