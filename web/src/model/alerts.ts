import type { OfferCard } from '../api/types'
import { tr } from '../i18n/i18n.svelte'
import type { Notice, NoticeKind } from './notices.svelte'
import { prefs } from './prefs.svelte'

let audio: AudioContext | null = null

/** Two soft notes, only when the person has switched sound on. */
export function chime(kind: NoticeKind | 'offer'): void {
  if (!prefs.now.sound) return
  audio ??= new AudioContext()
  const at = audio.currentTime
  const notes = kind === 'message' ? [659] : kind === 'offer' ? [587, 784, 988] : [587, 784]
  notes.forEach((pitch, i) => {
    if (!audio) return
    const tone = audio.createOscillator()
    const gain = audio.createGain()
    const from = at + i * 0.13
    tone.frequency.value = pitch
    gain.gain.setValueAtTime(0, from)
    gain.gain.linearRampToValueAtTime(0.07, from + 0.015)
    gain.gain.exponentialRampToValueAtTime(0.0008, from + 0.34)
    tone.connect(gain).connect(audio.destination)
    tone.start(from)
    tone.stop(from + 0.36)
  })
}

/** A desktop notification, only when asked for and only while the desk is not in front. */
export function desktop(notice: Notice): void {
  const path = notice.conversationId === null ? '/floor' : `/c/${notice.conversationId}`
  tell(tr.notices.title(notice.kind, notice.who), notice.subject, notice.id, () =>
    dispatchEvent(new CustomEvent('battito:open', { detail: path })),
  )
}

/** Work is offered: heard and told only as far as the person has asked for it. A click on the notification shows the card. */
export function ring(offer: OfferCard): void {
  chime('offer')
  tell(tr.offers.title(offer.contact.name), offer.subject || offer.preview, offer.id)
}

function tell(title: string, body: string, tag: string, open?: () => void): void {
  if (!prefs.now.notifications || document.visibilityState === 'visible') return
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const note = new Notification(title, { body, tag, icon: '/favicon.svg', silent: true })
  note.onclick = () => {
    window.focus()
    open?.()
    note.close()
  }
}

/** Ask the browser for leave to notify. Returns whether it was given. */
export async function askToNotify(): Promise<boolean> {
  if (!('Notification' in window)) return false
  return (await Notification.requestPermission()) === 'granted'
}
