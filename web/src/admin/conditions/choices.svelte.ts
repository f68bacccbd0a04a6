import { get } from '../../api/client'
import type { AttributeDefinition, Id } from '../../api/types'
import { tr } from '../../i18n/i18n.svelte'
import { directory } from '../../model/directory.svelte'
import { session } from '../../model/session.svelte'
import { channelName } from '../../parts/channels'
import * as channels from '../api/channels'
import * as contacts from '../api/contacts'
import * as api from '../api/rules'
import { ta } from '../text.svelte'
import { shapeOf, type Fact, type Shape } from './model'

export interface Choice {
  value: string
  label: string
}

interface Loaded {
  attributes: AttributeDefinition[]
  companies: Choice[]
  segments: Choice[]
  accounts: (Choice & { channel: string })[]
  calendars: Choice[]
}

const named = (one: { id: Id; name: string }): Choice => ({ value: one.id, label: one.name })

/** What conditions may name: fetched once for a page, with the names behind the ids. */
export class Choices {
  #loaded = $state.raw<Loaded>({ attributes: [], companies: [], segments: [], accounts: [], calendars: [] })

  /** What the caller may not see stays empty: its conditions keep their ids. */
  async load(): Promise<void> {
    const [attributes, companies, segments, accounts, open] = await Promise.allSettled([
      contacts.fields(),
      contacts.companies('', null),
      api.segments(),
      channels.accounts(),
      get<{ items: { id: Id; name: string }[] }>('/calendars'),
    ])
    const or = <T>(one: PromiseSettledResult<T>, otherwise: T) =>
      one.status === 'fulfilled' ? one.value : otherwise
    this.#loaded = {
      attributes: or(attributes, []).filter((one) => one.on_kind === 'contact' && !one.archived),
      companies: or(companies, { items: [], next: null }).items.map(named),
      segments: or(segments, []).map(named),
      accounts: or(accounts, []).map((one) => ({ ...named(one), channel: one.channel })),
      calendars: or(open, { items: [] }).items.map(named),
    }
  }

  get attributes(): Choice[] {
    return this.#loaded.attributes.map((one) => ({ value: one.key, label: one.label }))
  }

  get accounts(): (Choice & { channel: string })[] {
    return this.#loaded.accounts
  }

  shape(fact: Fact, key: string): Shape {
    return shapeOf(fact, key, (one) => this.#loaded.attributes.find((known) => known.key === one)?.kind)
  }

  /** What a fact may be, where that is a list; undefined where anything can be written. */
  of(fact: Fact, key: string): Choice[] | undefined {
    switch (fact) {
      case 'label':
      case 'conversation_label':
        return [...directory.labels.values()].map(named)
      case 'brand':
      case 'conversation_brand':
        return (session.me?.workspace.brands ?? []).map(named)
      case 'company':
        return this.#loaded.companies
      case 'segment':
        return this.#loaded.segments
      case 'account':
        return this.#loaded.accounts
      case 'calendar':
        return this.#loaded.calendars
      case 'channel':
        return directory.channels.map((one) => ({ value: one.kind, label: channelName(one.kind) }))
      case 'priority':
        return (['low', 'normal', 'high', 'urgent'] as const).map((one) => ({
          value: one,
          label: tr.priority[one],
        }))
      case 'previous_agent':
        return [...directory.colleagues.values()].map(named)
      case 'identity':
        return Object.entries(ta.conditions.identities).map(([value, label]) => ({ value, label }))
      case 'attribute':
        return this.#attribute(key)
      default:
        return undefined
    }
  }

  #attribute(key: string): Choice[] | undefined {
    const known = this.#loaded.attributes.find((one) => one.key === key)
    return known?.kind === 'choice' ? known.choices.map((one) => ({ value: one, label: one })) : undefined
  }

  /** How a value is called. */
  name(fact: Fact, key: string, value: unknown): string {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const options = this.of(fact, key)
    if (!options) return text
    const known = options.find((one) => one.value === text)
    if (known) return known.label
    if (!/^[0-9a-f]{8}-/.test(text)) return text
    return options.length ? ta.conditions.gone : '…'
  }

  keyName(fact: Fact, key: string): string {
    if (fact !== 'attribute') return key
    return this.#loaded.attributes.find((one) => one.key === key)?.label ?? key
  }
}
