import { SvelteMap } from 'svelte/reactivity'
import * as api from '../api/contacts'
import type { ContactChange } from '../api/contacts'
import { session } from './session.svelte'
import { asProblem, type Problem } from '../api/problem'
import type { AttributeDefinition, ConsentLine, Contact, Id, Suggestion, TimelineItem } from '../api/types'

/** A customer as the panel on the right shows them. */
export class Customer {
  readonly id: Id
  contact = $state.raw<Contact | null>(null)
  timeline = $state.raw<TimelineItem[]>([])
  earlier = $state<string | null>(null)
  suggestions = $state.raw<Suggestion[]>([])
  consents = $state.raw<ConsentLine[]>([])
  problem = $state.raw<Problem | null>(null)
  journeyProblem = $state.raw<Problem | null>(null)

  constructor(id: Id) {
    this.id = id
  }

  async load(): Promise<void> {
    await Promise.all([this.#loadContact(), this.#loadTimeline(), this.#loadRest()])
  }

  async #loadContact(): Promise<void> {
    try {
      this.contact = await api.one(this.id)
      this.problem = null
    } catch (thrown) {
      this.problem = asProblem(thrown)
    }
  }

  /** The person shows even while their journey cannot be read. */
  async #loadTimeline(): Promise<void> {
    try {
      const page = await api.timeline(this.id)
      this.timeline = page.items
      this.earlier = page.next
      this.journeyProblem = null
    } catch (thrown) {
      this.journeyProblem = asProblem(thrown)
    }
  }

  /** What is good to have but not needed: without it the panel is as useful, so a failure is not told. */
  async #loadRest(): Promise<void> {
    const [suggestions, consents] = await Promise.allSettled([
      session.can('contacts.merge') ? api.suggestions(this.id) : Promise.resolve({ items: [] }),
      api.consents(this.id),
    ])
    if (suggestions.status === 'fulfilled') this.suggestions = suggestions.value.items
    if (consents.status === 'fulfilled') this.consents = consents.value.items
  }

  async loadEarlier(): Promise<void> {
    if (!this.earlier) return
    const page = await api.timeline(this.id, this.earlier)
    const known = new Set(this.timeline.map((item) => item.id))
    this.timeline = [...this.timeline, ...page.items.filter((item) => !known.has(item.id))]
    this.earlier = page.next
  }

  /** Change fields, from the version on screen. On a collision the newer state is shown and the Problem thrown. */
  async change(fields: ContactChange): Promise<void> {
    if (!this.contact) return
    try {
      this.contact = await api.change(this.id, fields, this.contact.version)
    } catch (thrown) {
      const problem = asProblem(thrown)
      if (problem.status === 412) this.contact = await api.one(this.id)
      throw problem
    }
  }
}

class Contacts {
  readonly #all = new SvelteMap<Id, Customer>()
  definitions = $state.raw<AttributeDefinition[]>([])
  #defined = false

  open(id: Id): Customer {
    let customer = this.#all.get(id)
    if (!customer) {
      customer = new Customer(id)
      this.#all.set(id, customer)
      void customer.load()
    }
    return customer
  }

  /** Somebody changed them: fetch again if they are on screen. */
  stale(id: Id): void {
    void this.#all.get(id)?.load()
  }

  async define(): Promise<void> {
    if (this.#defined) return
    this.#defined = true
    this.definitions = (await api.attributes()).items.filter(
      (one) => one.on_kind === 'contact' && !one.archived,
    )
  }

  clear(): void {
    this.#all.clear()
  }
}

export const contacts = new Contacts()
