import { del, get, post } from '../../api/client'
import type { Id, Time } from '../../api/types'

export interface Factors {
  totp: boolean
  passkeys: { id: Id; name: string; created_at: Time; used_at: Time | null }[]
  recovery_codes_left: number
}

export const factors = () => get<Factors>('/me/factors')
export const beginTotp = () => post<{ secret: string; uri: string; qr_svg: string }>('/me/totp')
export const confirmTotp = (code: string) => post<{ recovery_codes: string[] }>('/me/totp/confirm', { code })
export const removeTotp = (password: string) => post<undefined>('/me/totp/remove', { password })
export const renewCodes = () => post<{ recovery_codes: string[] }>('/me/recovery-codes')
export const dropPasskey = (id: Id) => del<undefined>(`/me/passkeys/${id}`)

/** Whether this browser can make a passkey from options in JSON (WebAuthn level 3). */
export const passkeysWork = (): boolean =>
  'PublicKeyCredential' in window && 'parseCreationOptionsFromJSON' in PublicKeyCredential

/** Have the device make a passkey and keep it with the account. */
export async function addPasskey(name: string): Promise<void> {
  const { options, ticket } = await post<{
    options: PublicKeyCredentialCreationOptionsJSON
    ticket: string
  }>('/me/passkeys/options')
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const credential = await navigator.credentials.create({ publicKey })
  if (!(credential instanceof PublicKeyCredential)) throw new Error('The device gave no passkey.')
  await post<{ id: Id }>('/me/passkeys', { ticket, credential: credential.toJSON(), name })
}
