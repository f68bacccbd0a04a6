import { del, get, patch, post, put } from '../../api/client'
import type { Id } from '../../api/types'
import type { ServiceTarget, Threshold } from '../../api/types/thresholds'

export type ThresholdWish = Pick<Threshold, 'queue_id' | 'figure' | 'enabled' | 'tell'> &
  Record<'warn' | 'breach' | 'clear' | 'hold_s', unknown>

export const thresholds = async () => (await get<{ items: Threshold[] }>('/floor/thresholds')).items
export const saveThreshold = (id: Id | null, wish: ThresholdWish) =>
  id ? patch<Threshold>(`/floor/thresholds/${id}`, wish) : post<Threshold>('/floor/thresholds', wish)
export const removeThreshold = (id: Id) => del<undefined>(`/floor/thresholds/${id}`)

export const targets = async () => (await get<{ items: ServiceTarget[] }>('/floor/targets')).items
export const saveTarget = (
  wish: Pick<ServiceTarget, 'queue_id' | 'channel'> & Record<'target_s' | 'share' | 'short_s', unknown>,
) => put<ServiceTarget>('/floor/targets', wish)
export const removeTarget = ({ queue_id, channel }: ServiceTarget) => {
  const query = new URLSearchParams()
  if (queue_id) query.set('queue_id', queue_id)
  if (channel) query.set('channel', channel)
  return del<undefined>(`/floor/targets?${query.toString()}`)
}
