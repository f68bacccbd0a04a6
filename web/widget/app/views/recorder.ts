import { duration, t } from '../i18n'
import { h, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import { onEnd, signal } from '../kit/reactive'
import type { Picked } from '../model/outbox'

const kinds = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

/** Whether this browser can record a voice note at all. */
export const canRecord = (): boolean => typeof MediaRecorder !== 'undefined' && 'mediaDevices' in navigator

/** Opens the microphone. Throws what the browser throws when the visitor or the host page forbids it. */
export const listen = (): Promise<MediaStream> => navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })

/** A recording under way: `done` gets the voice note, or nothing when it is thrown away. */
export function recorder(stream: MediaStream, limit: number, done: (note: Picked | null) => void): Child {
  const type = kinds.find((kind) => MediaRecorder.isTypeSupported(kind))
  const machine = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 32_000 } : {})
  const began = Date.now()
  const seconds = signal(0)
  const parts: Blob[] = []
  let kept = true
  const end = (keep: boolean): void => {
    kept = keep
    if (machine.state !== 'inactive') machine.stop()
  }
  const timer = setInterval(() => {
    seconds.set((Date.now() - began) / 1000)
    if (seconds() >= limit) end(true)
  }, 200)
  machine.ondataavailable = (e) => parts.push(e.data)
  machine.onstop = () => {
    clearInterval(timer)
    for (const track of stream.getTracks()) track.stop()
    const blob = new Blob(parts, { type: machine.mimeType.split(';')[0] ?? 'audio/webm' })
    const name = `voce-${new Date().toISOString().slice(0, 19).replace(/\D/g, '')}.${blob.type.split('/')[1] ?? 'webm'}`
    done(kept && blob.size ? { id: crypto.randomUUID(), blob, name, duration: Math.round((Date.now() - began) / 100) / 10, url: URL.createObjectURL(blob) } : null)
  }
  machine.start()
  onEnd(() => end(false))
  return h('div', { class: 'recording', role: 'group', 'aria-label': t.record, onkeydown: (e: KeyboardEvent) => { if (e.key === 'Escape') { e.stopPropagation(); end(false) } } },
    h('button', { class: 'plain', onclick: () => end(false) }, t.cancel),
    h('span', { class: 'live' }, h('i', { class: 'dot' }), h('time', null, () => duration(seconds()))),
    h('button', { class: 'round solid', 'aria-label': t.stop, title: t.stop, use: (b: Element) => queueMicrotask(() => (b as HTMLElement).focus()), onclick: () => end(true) }, icon('check')))
}
