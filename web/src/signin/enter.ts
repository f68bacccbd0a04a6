import * as api from '../api/session'
import { session } from '../model/session.svelte'
import { router } from '../shell/router.svelte'

/** Sign in with what was just chosen. Where a second step is asked for, the sign-in page takes over. */
export async function enter(email: string, password: string): Promise<void> {
  const answer = await api.signIn(email, password).catch(() => null)
  if (answer?.state === 'signed-in') await session.load()
  router.go(session.state === 'in' ? '/' : '/sign-in', true)
}
