import * as api from '../api/routing'
import { asProblem } from '../api/problem'
import type { Id, Interaction, OfferCard, Time } from '../api/types'
import type { LiveEvent } from '../live/events'
import { explain } from '../i18n/explain'
import { tr } from '../i18n/i18n.svelte'
import { toasts } from '../ui/toast.svelte'
import { ring } from './alerts'
import { contacts } from './contacts.svelte'
import { directory } from './directory.svelte'
import { inbox } from './inbox.svelte'
import { registry } from './registry'
import { session } from './session.svelte'
import { threads } from './thread.svelte'

type OfferEvent = Extract<LiveEvent, { event: `offer.${string}` }>
type WrapUpEvent = Extract<LiveEvent, { event: `wrapup.${string}` }>

/** How an offer ended, as the server says it; or that a colleague took what it was about. */
type Ending = 'accepted' | 'declined' | 'expired' | 'withdrawn'

/** How often what is said of one's work is compared with what the server keeps, at the least, ms. */
const SETTLE_MS = 4000

/** The work that comes to this person: what is offered to them, and what is left to do after a contact. */
class Work {
  offers = $state.raw<OfferCard[]>([])
  /** Contacts that are over, with work left to do. */
  wrapUps = $state.raw<Interaction[]>([])
  /** Set aside after an offer that nobody answered: gets no work until then. `until` null: until they say otherwise. */
  aside = $state.raw<{ until: Time | null } | null>(null)
  /** The offer being answered now. */
  answering = $state<Id | null>(null)
  /** The contact wrapped up was the only one in hand, so that nothing but its wrap-up is left. */
  onlyWrapUp = $state(false)
  /** Offers answered here: what the server says of them later needs no words. */
  readonly #answered = new Set<Id>()
  /** Offers that rang here. */
  readonly #told = new Set<Id>()

  /** What the server keeps for me, after a new link. */
  async load(): Promise<void> {
    if (!session.can('conversations.handle')) return
    const [offers, hand] = await Promise.allSettled([api.offers(), api.inHand()])
    if (offers.status === 'fulfilled') {
      this.offers = offers.value.items
      this.aside = offers.value.set_aside
      offers.value.items.forEach(prepare)
    }
    if (hand.status === 'fulfilled') this.wrapUps = hand.value.filter((one) => one.state === 'wrap-up')
  }

  take(event: LiveEvent): void {
    if (event.event.startsWith('offer.')) this.#offer(event as OfferEvent)
    else if (event.event.startsWith('wrapup.')) this.#wrapUp(event as WrapUpEvent)
    else if (event.event === 'agent.set_aside' && event.data.user_id === session.id) {
      this.aside = { until: event.data.until ?? null }
    } else if (event.event === 'agent.returned' && event.data.user_id === session.id) this.aside = null
  }

  #offer(event: OfferEvent): void {
    if (event.data.agent_id !== session.id) return
    if (event.event === 'offer.made') {
      const { offer } = event.data
      // It comes twice, early and in its place: by then it may have been answered.
      if (this.#told.has(offer.id) || this.offers.some((one) => one.id === offer.id)) return
      this.#told.add(offer.id)
      this.offers = [...this.offers, offer]
      prepare(offer)
      ring(offer)
    } else {
      const ending = event.event.slice('offer.'.length) as Ending
      this.#ended(event.data.offer_id, ending, event.data.reason)
    }
  }

  #ended(id: Id, ending: Ending, reason: string | null): void {
    const offer = this.offers.find((one) => one.id === id)
    this.#drop(id)
    if (!offer || this.#answered.delete(id) || reason === 'auto') return
    toasts.show(tr.offers.ended[ending](offer.contact.name, reason), { stays: 6000 })
  }

  #drop(id: Id): void {
    this.offers = this.offers.filter((one) => one.id !== id)
  }

  #wrapUp(event: WrapUpEvent): void {
    const { agent_id, interaction } = event.data
    if (agent_id !== session.id) return
    const rest = this.wrapUps.filter((one) => one.id !== interaction.id)
    this.wrapUps = event.event === 'wrapup.ended' ? rest : [...rest, interaction]
  }

  /** Take what is offered. Returns whether it is mine now; when not, why has been said. */
  async accept(offer: OfferCard): Promise<boolean> {
    return this.#answer(offer, async () => {
      const { conversation } = await api.accept(offer.id)
      inbox.touch(registry.put(conversation))
      inbox.countAgain()
      void threads
        .get(conversation.id)
        ?.refresh()
        .catch(() => undefined)
    })
  }

  /** Leave it to somebody else. */
  async decline(offer: OfferCard, reason: string | null): Promise<boolean> {
    return this.#answer(offer, () => api.decline(offer.id, reason))
  }

  async #answer(offer: OfferCard, work: () => Promise<unknown>): Promise<boolean> {
    if (this.answering === offer.id) return false
    this.answering = offer.id
    this.#answered.add(offer.id)
    try {
      await work()
      this.#drop(offer.id)
      return true
    } catch (thrown) {
      const problem = asProblem(thrown)
      toasts.error(explain(problem))
      // Without an answer nobody knows what became of it: the card stays, and the server is asked.
      if (problem.passing) {
        this.#answered.delete(offer.id)
        void this.load()
      } else if (problem.status === 409 || problem.status === 404) this.#drop(offer.id)
      else this.#answered.delete(offer.id)
      return false
    } finally {
      this.answering = null
    }
  }

  /** Its time is over by the clock: normally the server says so first. */
  overdue(offer: OfferCard): void {
    setTimeout(() => {
      if (this.offers.some((one) => one.id === offer.id)) void this.load()
    }, SETTLE_MS)
  }

  /**
   * Whether ending a contact of mine in this conversation is followed by work that Battito knows of.
   * @param byItself also when the conversation is resolved in another way than by `begin`
   */
  follows(conversationId: Id, byItself = false): boolean {
    const row = registry.get(conversationId)?.row
    if (!row || row.owner?.id !== session.id || row.status === 'resolved') return false
    const rules = directory.queues.find((one) => one.id === row.queue_id)?.rules
    if (!rules) return false
    const own = rules.by_channel?.[row.channel]?.wrap_up_s
    const seconds = own === undefined ? (rules.wrap_up_s ?? (rules.wrap_up_s === null ? null : 0)) : own
    if (seconds !== 0 || rules.disposition_required === true) return true
    return !byItself && directory.leaves(row.queue_id).length > 0
  }

  /** Resolve a conversation and begin the work after it. False: there was no contact of mine; nothing was done. */
  async begin(conversationId: Id): Promise<boolean> {
    const handled = (await api.inHand()).filter((one) => one.state === 'handling')
    const mine = handled.find((one) => one.conversation_id === conversationId)
    if (!mine) return false
    this.#put(await api.wrapUp(mine.id))
    this.onlyWrapUp = handled.length === 1
    return true
  }

  async extend(id: Id): Promise<void> {
    this.#put(await api.extend(id))
  }

  /** Throws `Problem`: a queue may want to know how it ended (`disposition_id`). */
  async end(id: Id, body: { disposition_id?: Id; note?: string }): Promise<void> {
    try {
      await api.endWrapUp(id, body)
    } catch (thrown) {
      if (asProblem(thrown).code !== 'no-wrap-up') throw thrown
    }
    this.wrapUps = this.wrapUps.filter((one) => one.id !== id)
  }

  #put(interaction: Interaction): void {
    this.wrapUps = [...this.wrapUps.filter((one) => one.id !== interaction.id), interaction]
  }

  clear(): void {
    this.offers = []
    this.wrapUps = []
    this.aside = null
  }
}

/** Whoever accepts shall see the conversation and the customer at once. */
function prepare(offer: OfferCard): void {
  threads.ahead(offer.conversation_id)
  contacts.open(offer.contact.id)
}

export const work = new Work()
