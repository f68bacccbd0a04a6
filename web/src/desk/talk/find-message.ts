import { tick } from 'svelte'
import type { Thread } from '../../model/thread.svelte'

/** How many pages back to look for a message that a search pointed at. */
const PAGES = 20

/** Scroll to one message, loading older ones until it is there. Returns false when it was not found. */
export async function findMessage(thread: Thread, box: HTMLElement, id: string): Promise<boolean> {
  for (let page = 0; page < PAGES; page++) {
    await tick()
    const found = box.querySelector(`#m-${CSS.escape(id)}`)
    if (found) {
      found.scrollIntoView({ block: 'center' })
      found.classList.add('found')
      setTimeout(() => {
        found.classList.remove('found')
      }, 2500)
      return true
    }
    if (!thread.more) return false
    await thread.older()
  }
  return false
}
