import type { Attachment } from 'svelte/attachments'
import { place } from './place'

const SHOW_AFTER_MS = 450

let bubble: HTMLElement | null = null
let owner: Element | null = null
let timer: ReturnType<typeof setTimeout> | undefined

function element(): HTMLElement {
  if (bubble) return bubble
  bubble = document.createElement('div')
  bubble.className = 'tooltip'
  bubble.popover = 'manual'
  bubble.setAttribute('aria-hidden', 'true')
  document.body.append(bubble)
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide()
  })
  return bubble
}

function show(anchor: HTMLElement, text: string, keys: string | undefined): void {
  if (!anchor.isConnected) return
  const tip = element()
  tip.textContent = text
  if (keys) {
    const cap = document.createElement('kbd')
    cap.textContent = keys.replace(' then ', ' ')
    tip.append(' ', cap)
  }
  owner = anchor
  tip.showPopover()
  place(tip, anchor, 'above')
}

function hide(): void {
  clearTimeout(timer)
  owner = null
  if (bubble?.matches(':popover-open')) bubble.hidePopover()
}

/**
 * Attach a tooltip that repeats the control's accessible name with its shortcut. It is for
 * the eye only (the control carries `aria-label`), shows on hover and on keyboard focus, goes on Esc.
 */
export function tooltip(text: string, keys?: string): Attachment<HTMLElement> {
  return (node) => {
    const later = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        show(node, text, keys)
      }, SHOW_AFTER_MS)
    }
    const focused = () => {
      if (node.matches(':focus-visible')) later()
    }
    node.addEventListener('pointerenter', later)
    node.addEventListener('focus', focused)
    for (const leaving of ['pointerleave', 'blur', 'pointerdown']) node.addEventListener(leaving, hide)
    return () => {
      if (owner === node) hide()
      node.removeEventListener('pointerenter', later)
      node.removeEventListener('focus', focused)
      for (const leaving of ['pointerleave', 'blur', 'pointerdown']) node.removeEventListener(leaving, hide)
    }
  }
}
