import type { Account, AccountBody, Kind, Schema } from '../api/channels'
import * as api from '../api/channels'
import { beginning, fileTypes } from './widget/defaults'

export type Values = Record<string, unknown>

/** The schema that a `$ref` names, or the schema itself. */
export function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name ? (root.$defs?.[name] ?? {}) : schema
}

/** What an empty form of this schema holds. */
export function emptyOf(schema: Schema, root: Schema): unknown {
  const real = resolve(schema, root)
  if (real.properties)
    return Object.fromEntries(
      Object.entries(real.properties).map(([key, part]) => [key, emptyOf(part, root)]),
    )
  if (schema.default !== undefined) return structuredClone(schema.default)
  return { array: [], boolean: false, integer: 0, number: 0, object: {}, string: '' }[real.type ?? 'string']
}

/** What a new account holds beyond its schema's defaults. */
function begun(kind: Kind, empty: Values): Values {
  if (kind.kind !== 'webchat') return {}
  return { ...beginning, files: { ...(empty['files'] as Values), types: fileTypes } }
}

/** Without a site key that nobody chose: the server makes one. */
function sendable({ site_key, ...rest }: Values): Values {
  return site_key ? { site_key, ...rest } : rest
}

/** An account being written. */
export class Draft {
  readonly kind: Kind
  readonly account: Account | null
  name = $state('')
  address = $state('')
  brandId = $state('')
  teamId = $state('')
  queueId = $state('')
  enabled = $state(true)
  /** Hours; empty: the channel's own. */
  firstResponse = $state('')
  reopenDays = $state('')
  settings: Values = $state({})
  /** Only what is typed now; what is stored is never shown. */
  secrets: Record<string, string> = $state({})

  constructor(kind: Kind, account: Account | null) {
    this.kind = kind
    this.account = account
    const empty = emptyOf(kind.settings, kind.settings) as Values
    this.settings = { ...empty, ...structuredClone(account?.settings ?? begun(kind, empty)) }
    this.name = account?.name ?? ''
    this.address = account?.address ?? ''
    this.brandId = account?.brand_id ?? ''
    this.teamId = account?.team_id ?? ''
    this.queueId = account?.queue_id ?? ''
    this.enabled = account?.enabled ?? true
    this.firstResponse = account?.first_response_s ? String(account.first_response_s / 60) : ''
    this.reopenDays = account?.reopen_days == null ? '' : String(account.reopen_days)
  }

  send(): Promise<Account> {
    const minutes = Number(this.firstResponse.replace(',', '.'))
    const days = Number(this.reopenDays.replace(',', '.'))
    const secrets = Object.fromEntries(Object.entries(this.secrets).filter(([, value]) => value !== ''))
    const body: AccountBody = {
      name: this.name.trim(),
      brand_id: this.brandId || null,
      team_id: this.teamId || null,
      queue_id: this.queueId || null,
      enabled: this.enabled,
      settings: sendable($state.snapshot(this.settings)),
      first_response_s: this.firstResponse.trim() ? minutes * 60 : null,
      reopen_days: this.reopenDays.trim() ? days : null,
      ...(this.kind.needs_address && { address: this.address.trim() }),
      ...(Object.keys(secrets).length && { secrets }),
    }
    return this.account
      ? api.change(this.account.id, body, this.account.version)
      : api.create({ ...body, channel: this.kind.kind })
  }
}
