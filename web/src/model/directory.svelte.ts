import { SvelteMap } from 'svelte/reactivity'
import * as api from '../api/conversations'
import * as routing from '../api/routing'
import * as people from '../api/session'
import type {
  ChannelKind,
  Colleague,
  Disposition,
  Id,
  Label,
  Presence,
  Queue,
  Team,
  View,
} from '../api/types'
import { leavesOf, type Leaf } from './dispositions'

/** The names behind the ids: colleagues, teams, queues, channels, labels, saved views. Small, fetched once, kept fresh by events. */
class Directory {
  colleagues = new SvelteMap<Id, Colleague>()
  teams = $state.raw<Team[]>([])
  labels = new SvelteMap<Id, Label>()
  views = $state.raw<View[]>([])
  queues = $state.raw<Queue[]>([])
  channels = $state.raw<ChannelKind[]>([])
  dispositions = $state.raw<Disposition[]>([])
  #reload: ReturnType<typeof setTimeout> | undefined

  async load(): Promise<void> {
    await Promise.allSettled([
      people.colleagues().then(({ items }) => {
        this.colleagues.clear()
        for (const one of items) this.colleagues.set(one.id, one)
      }),
      people.teams().then(({ items }) => (this.teams = items)),
      api.queues().then(({ items }) => (this.queues = items.filter((queue) => !queue.archived))),
      api.channels().then(({ items }) => (this.channels = items)),
      routing.dispositions().then((items) => (this.dispositions = items)),
      this.loadLabels(),
      this.loadViews(),
    ])
  }

  /** Somebody came, left or changed: fetch again, once for many changes. */
  reloadSoon(): void {
    this.#reload ??= setTimeout(() => {
      this.#reload = undefined
      void this.load()
    }, 1500)
  }

  async loadLabels(): Promise<void> {
    const { items } = await api.labels()
    this.labels.clear()
    for (const label of items) this.labels.set(label.id, label)
  }

  async loadViews(): Promise<void> {
    this.views = (await api.views()).items
  }

  presence(presence: Presence): void {
    const known = this.colleagues.get(presence.user_id)
    if (known) this.colleagues.set(presence.user_id, { ...known, presence })
  }

  /** How a contact of a queue can end: what has nothing finer below it, with the names above it. */
  leaves(queueId: Id | null): Leaf[] {
    return leavesOf(this.dispositions, queueId)
  }

  nameOf(id: Id): string {
    return this.colleagues.get(id)?.name ?? ''
  }
}

export const directory = new Directory()
