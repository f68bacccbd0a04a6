import { prefs } from '../model/prefs.svelte'
import { chordOf } from './chord'
import { commands } from './registry.svelte'

/** A sequence such as `g c` must be finished within this time, ms. */
const SEQUENCE_MS = 1200

let begun = ''
let begunAt = 0

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}

/** The page's one key listener: finds the command a key means and runs it. */
export function onKey(event: KeyboardEvent): void {
  // AltGr writes characters on Italian and German keyboards; a composed character is not a chord.
  if (event.defaultPrevented || event.isComposing || event.getModifierState('AltGraph')) return
  const chord = chordOf(event)
  if (!chord || document.querySelector('dialog[open]')) return
  const typed = event.timeStamp - begunAt < SEQUENCE_MS && begun ? `${begun} ${chord}` : chord
  begun = ''
  const found = commands.match(typed)
  if (found === null) return
  const single = !/^(Ctrl|Alt)\+/.test(chord) && chord !== 'Escape'
  // One-key shortcuts can be switched off (WCAG 2.1.4) and never act while one writes.
  if (single && (!prefs.now.keysOn || isTyping(event.target))) return
  if (found === 'part') {
    begun = typed
    begunAt = event.timeStamp
    return
  }
  if (isTyping(event.target) && !found.whileTyping) return
  event.preventDefault()
  found.run()
}

/** The same over an open dialog, which keeps keys to itself: only for commands that say so. */
export function onKeyOverDialogs(event: KeyboardEvent): void {
  if (!document.querySelector('dialog[open]') || event.isComposing || event.getModifierState('AltGraph'))
    return
  const found = commands.match(chordOf(event) ?? '')
  if (found === null || found === 'part' || !found.overDialogs) return
  event.preventDefault()
  event.stopPropagation()
  found.run()
}
