import { loadRefusals } from '../i18n/explain'
import { contacts } from './contacts.svelte'
import { directory } from './directory.svelte'
import { drafts } from './drafts.svelte'
import { inbox } from './inbox.svelte'
import { link } from './link.svelte'
import { notices } from './notices.svelte'
import { outbox } from './outbox.svelte'
import { registry } from './registry'
import { team } from './team.svelte'
import { threads } from './thread.svelte'
import { work } from './work.svelte'

/** How long the list waits for the live link, ms. */
const IMPATIENT_MS = 1500

/** Start everything a signed-in person's desk lives on. */
export function begin(): void {
  notices.begin()
  outbox.begin()
  drafts.resume()
  void loadRefusals().catch(() => undefined)
  void directory.load()
  // The snapshots are fetched after the welcome: what happened before it is in them, what comes after, in events.
  // Where the welcome is slow to come, the list does not wait for it.
  const impatient = setTimeout(() => void inbox.load(), IMPATIENT_MS)
  link.start((fresh) => {
    clearTimeout(impatient)
    if (fresh) {
      void inbox.load()
      void threads.reload()
      void work.load()
      void team.load()
    }
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
  work.clear()
  team.clear()
}
