import { contacts } from './contacts.svelte'
import { directory } from './directory.svelte'
import { drafts } from './drafts.svelte'
import { inbox } from './inbox.svelte'
import { link } from './link.svelte'
import { notices } from './notices.svelte'
import { outbox } from './outbox.svelte'
import { registry } from './registry'
import { threads } from './thread.svelte'

/** Start everything a signed-in person's desk lives on. */
export function begin(): void {
  notices.begin()
  outbox.begin()
  drafts.resume()
  void inbox.load(true)
  void directory.load()
  // The snapshots are fetched (again) after the welcome: what happened before it is in them, what comes after, in events.
  link.start(() => {
    void inbox.load()
    void threads.reload()
    outbox.hurry()
    drafts.resume()
  })
}

/** Forget it all when the person leaves. */
export function end(): void {
  link.stop()
  outbox.clear()
  inbox.forget()
  threads.clear()
  contacts.clear()
  registry.clear()
}
