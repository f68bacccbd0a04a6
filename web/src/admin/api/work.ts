import { del, get, patch, post } from '../../api/client'
import type { Id, Label, Page, Undone, View } from '../../api/types'

export const labels = async () => (await get<Page<Label>>('/labels')).items
export const saveLabel = (id: Id | null, body: { name: string; colour: string }) =>
  id ? patch<Label>(`/labels/${id}`, body) : post<Label>('/labels', body)
export const dropLabel = (id: Id) => del<{ undo: Id | null }>(`/labels/${id}`)

export const views = async () => (await get<Page<View>>('/views')).items
export const changeView = (id: Id, body: { name?: string; shared?: boolean; order?: string }) =>
  patch<View>(`/views/${id}`, body)
export const dropView = (id: Id) => del<{ undo: Id | null }>(`/views/${id}`)

export const undo = (id: Id) => post<Undone>(`/undo/${id}`)
