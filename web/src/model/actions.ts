import * as api from '../api/conversations'
import { asProblem } from '../api/problem'
import type { BulkDone, ConversationRow, Done, Id } from '../api/types'
import { explain } from '../i18n/explain'
import { tr } from '../i18n/i18n.svelte'
import { toasts } from '../ui/toast.svelte'
import { inbox } from './inbox.svelte'
import { registry } from './registry'
import { threads } from './thread.svelte'

type Change = Partial<ConversationRow>

/** Show the change at once; the returned function takes it back unless newer news came meanwhile. */
function guess(ids: readonly Id[], change: Change): () => void {
  const before = ids.flatMap((id) => registry.get(id) ?? []).map((one) => ({ one, row: one.row }))
  for (const { one, row } of before) {
    one.row = { ...row, ...change }
    inbox.touch(one)
  }
  return () => {
    for (const { one, row } of before) {
      if (one.row.seq !== row.seq) continue
      one.row = row
      inbox.touch(one)
    }
  }
}

const whyOf = (failed: readonly { code: string; detail: string }[]) => (failed[0] ? explain(failed[0]) : '')

function settle(done: Done): void {
  inbox.touch(registry.put(done.conversation))
  inbox.countAgain()
}

/** Take back what the server can take back, and say so. */
async function undo(id: string, ids: readonly Id[]): Promise<void> {
  try {
    const undone = await api.undo(id)
    for (const row of undone.conversations) inbox.touch(registry.put(row))
    for (const one of ids) void threads.get(one)?.load()
    inbox.countAgain()
    if (undone.failed.length) toasts.error(tr.done.someFailed(undone.failed.length, whyOf(undone.failed)))
    else toasts.show(tr.done.undone, { stays: 3000 })
  } catch (thrown) {
    toasts.error(explain(asProblem(thrown)))
  }
}

/**
 * Do one thing to one or many conversations: seen at once, told in a toast, taken back with Z.
 * @param name the server's name of the action, for more than one
 * @returns whether it was done
 */
export async function act(
  ids: readonly Id[],
  one: (id: Id) => Promise<Done>,
  bulk: { name: string; args?: Record<string, unknown> },
  change: Change,
  said: string,
): Promise<boolean> {
  const back = guess(ids, change)
  try {
    const [single] = ids
    let undoId: string | null
    if (ids.length === 1 && single) {
      const done = await one(single)
      settle(done)
      undoId = done.undo
    } else {
      const done: BulkDone = await api.bulk([...ids], bulk.name, bulk.args)
      undoId = done.undo
      if (done.failed.length) {
        toasts.error(tr.done.someFailed(done.failed.length, whyOf(done.failed)))
        await inbox.load()
      }
    }
    toasts.show(said, undoId ? { undo: () => undo(undoId, ids) } : {})
    return true
  } catch (thrown) {
    back()
    toasts.error(explain(asProblem(thrown)))
    return false
  }
}

/** Run something that may fail and say why when it does. Returns undefined then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (thrown) {
    toasts.error(explain(asProblem(thrown)))
    return undefined
  }
}
