import { SvelteSet } from 'svelte/reactivity'
import type { Id, Mode } from '../api/types'
import { inbox } from '../model/inbox.svelte'
import { registry } from '../model/registry'
import { threads } from '../model/thread.svelte'
import { router } from '../shell/router.svelte'

export type DialogKind =
  | 'assign'
  | 'transfer'
  | 'snooze'
  | 'labels'
  | 'merge'
  | 'link'
  | 'split'
  | 'rename'
  | 'view'
  | 'new'
  | 'macro'

/** What is open, chosen and focused on the desk. */
class Desk {
  /** Ticked rows, for doing one thing to many. */
  readonly ticked = new SvelteSet<Id>()
  dialog = $state.raw<{ kind: DialogKind; ids: Id[] } | null>(null)
  mode = $state<Mode>('reply')
  /** Grows each time somebody asks for the composer; the composer answers by taking the focus. */
  composeAsked = $state(0)
  /** What the composer shall write when it answers. */
  insert: string | null = null
  /** The customer's panel, where it is not always there. */
  sideOpen = $state(false)
  /** Why the open conversation is where it is, is shown. */
  why = $state(false)
  /** The row the keyboard stands on; follows the open one. */
  cursor = $state<Id | null>(null)

  get openId(): Id | null {
    return router.parts[0] === 'c' ? (router.parts[1] ?? null) : null
  }

  /** What a command acts on: the ticked rows, else the open conversation, else the row under the cursor. */
  get targets(): Id[] {
    if (this.ticked.size) return [...this.ticked]
    const one = this.openId ?? this.cursor
    return one ? [one] : []
  }

  open(id: Id): void {
    this.cursor = id
    router.go(`/c/${id}`)
  }

  close(): void {
    router.go('/')
  }

  compose(mode: Mode): void {
    this.mode = mode
    this.composeAsked++
  }

  /** Open the composer and write a sign at the caret, as `;` for the canned replies. */
  composeWith(sign: string): void {
    this.insert = sign
    this.compose(this.mode)
  }

  ask(kind: DialogKind, ids: Id[] = this.targets): void {
    if (ids.length) this.dialog = { kind, ids }
  }

  /** The row after the open one (or after `from`), or before it; the first when that one is not in the list, null at the ends. */
  neighbour(by: 1 | -1, from: Id | null = this.openId ?? this.cursor): Id | null {
    const { lines } = inbox
    const there = from !== null && lines.has(from) ? lines.beside(from, by) : lines.first()
    return there?.id ?? null
  }

  step(by: 1 | -1): void {
    // With nothing open, the last row one stood on is as good as the next one.
    const here = this.openId === null && this.cursor && inbox.lines.has(this.cursor) ? this.cursor : null
    const id = this.neighbour(by) ?? here
    if (id) this.open(id)
  }

  /** Open what comes after `done` (or before it, at the end). */
  next(done: readonly Id[]): void {
    for (const by of [1, -1] as const) {
      let to = done[0] ? inbox.lines.beside(done[0], by) : null
      while (to && done.includes(to.id)) to = inbox.lines.beside(to.id, by)
      if (to) {
        this.open(to.id)
        return
      }
    }
    this.close()
  }

  /** Load the next two so that they open at once. */
  prefetch(): void {
    const first = this.neighbour(1)
    const second = first ? this.neighbour(1, first) : null
    for (const id of [first, second]) if (id && registry.get(id)) threads.ahead(id)
  }

  tick(id: Id, on = !this.ticked.has(id)): void {
    if (on) this.ticked.add(id)
    else this.ticked.delete(id)
  }
}

export const desk = new Desk()
