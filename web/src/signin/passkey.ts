import * as api from '../api/session'
import type { SignInAnswer } from '../api/types'

/** Whether this browser can use passkeys and read their options from JSON (WebAuthn level 3). */
export const passkeysWork = (): boolean =>
  'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential

/** Ask the device for a passkey and the server whether it is right. @param ticket when the password came first */
export async function askPasskey(ticket?: string): Promise<SignInAnswer> {
  const answer = (await api.passkeyOptions(ticket)) as { publicKey?: unknown; ticket?: string } & Record<
    string,
    unknown
  >
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    (answer.publicKey ?? answer) as PublicKeyCredentialRequestOptionsJSON,
  )
  const credential = await navigator.credentials.get({ publicKey })
  if (!(credential instanceof PublicKeyCredential)) throw new Error('The device gave no passkey.')
  return api.passkeyVerify({ ticket: ticket ?? answer.ticket ?? null, credential: credential.toJSON() })
}
