import { duration, t } from '../i18n'
import { h } from '../kit/dom'
import { icon } from '../kit/icons'
import { effect, onEnd, signal } from '../kit/reactive'

/** A voice message: play, pause, a position one can move by keyboard. Recorders leave the length out, so it is given. */
export function player(url: string, seconds: number | null): Element {
  const audio = new Audio(url)
  audio.preload = seconds ? 'none' : 'metadata'
  const playing = signal(false)
  const at = signal(0)
  const length = signal(seconds ?? 0)
  audio.onplay = audio.onpause = () => playing.set(!audio.paused)
  audio.ontimeupdate = () => at.set(audio.currentTime)
  audio.onloadedmetadata = () => { if (Number.isFinite(audio.duration)) length.set(audio.duration) }
  audio.onended = () => at.set(0)
  effect(() => onEnd(() => audio.pause()))
  return h('div', { class: 'player', role: 'group', 'aria-label': t.note },
    h('button', { class: 'round', 'aria-label': () => (playing() ? t.pause : t.play), onclick: () => void (audio.paused ? audio.play() : audio.pause()) },
      () => icon(playing() ? 'pause' : 'play', 18)),
    h('input', { type: 'range', min: 0, max: () => length() || 1, step: 0.1, 'aria-label': t.seek, value: at, oninput: (e: Event) => { audio.currentTime = Number((e.target as HTMLInputElement).value) } }),
    h('time', null, () => duration(playing() || at() ? at() : length())))
}
