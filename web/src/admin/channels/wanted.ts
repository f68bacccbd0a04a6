import type { Values } from './draft.svelte'

const part = (values: Values, key: string) => (values[key] ?? {}) as Values
const byToken = (values: Values) =>
  (values['receive'] === 'imap' && part(values, 'imap')['sign_in'] === 'xoauth2') ||
  part(values, 'smtp')['sign_in'] === 'xoauth2'

const rules: Record<string, (values: Values) => boolean> = {
  'email.imap': (values) => values['receive'] === 'imap',
  'email.imap.move_to': (values) => part(values, 'imap')['handled'] === 'move',
  'email.oauth': byToken,
  'email.secret.imap_password': (values) =>
    values['receive'] === 'imap' && part(values, 'imap')['sign_in'] !== 'xoauth2',
  'email.secret.smtp_password': (values) => part(values, 'smtp')['sign_in'] !== 'xoauth2',
  'email.secret.oauth_client_secret': byToken,
  'email.secret.oauth_refresh_token': byToken,
}

/** Whether a field means something with the rest as it is: what does not is not asked. */
export function wanted(kind: string, path: string, values: Values): boolean {
  return rules[`${kind}.${path}`]?.(values) ?? true
}
