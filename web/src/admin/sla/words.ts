import { lasting } from '../../i18n/format'
import { tr } from '../../i18n/i18n.svelte'
import { directory } from '../../model/directory.svelte'
import { session } from '../../model/session.svelte'
import { channelName } from '../../parts/channels'
import type { Policy } from '../api/sla'
import { ta } from '../text.svelte'
import { kinds } from './policy-draft.svelte'

/** What is promised, in one line: «prima risposta 4 ore, soluzione 5 giorni». */
export function targetsInWords(policy: Policy): string {
  const said = kinds.flatMap((kind) => {
    const target = policy.targets[kind]
    return target ? [`${ta.sla.kinds[kind]} ${lasting(target.target_s)}`] : []
  })
  return said.join(', ') || ta.sla.onlyMeasures
}

/** Which conversations, in one line. */
export function conditionsInWords(policy: Policy): string {
  const { queues, brands, channels, priorities, labels, segments } = policy.conditions
  const said = [
    queues.map((id) => directory.queues.find((one) => one.id === id)?.name ?? '…'),
    brands.map((id) => session.me?.workspace.brands.find((one) => one.id === id)?.name ?? '…'),
    channels.map((kind) => channelName(kind)),
    priorities.map((one) => ta.sla.priorityIs(tr.priority[one as keyof typeof tr.priority])),
    labels.map((id) => directory.labels.get(id)?.name ?? '…'),
    segments.length ? [ta.sla.segmentsChosen(segments.length)] : [],
  ].filter((one) => one.length)
  const words = said.map((one) => one.join(ta.sla.or)).join('; ') || ta.sla.everything
  return words.charAt(0).toUpperCase() + words.slice(1)
}
