import { directory } from '../../model/directory.svelte'
import { session } from '../../model/session.svelte'
import type { Audience } from '../api/ready'
import { ta } from '../text.svelte'

/** For whom something is kept, in words: the team's or brand's name where it has one. */
export function whose({ scope, team_id, brand_id }: Audience): string {
  const named =
    scope === 'team'
      ? directory.teams.find((one) => one.id === team_id)?.name
      : scope === 'brand'
        ? session.me?.workspace.brands.find((one) => one.id === brand_id)?.name
        : undefined
  return named ?? ta.ready.scopes[scope]
}
