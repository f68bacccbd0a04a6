export type Side = 'below' | 'above' | 'below-end' | 'above-end'

const GAP = 6
const EDGE = 8

/**
 * Put a fixed, shown element beside its anchor and inside the window. It goes to the
 * other side where the wished one has no room, and is never wider or higher than the window.
 */
export function place(box: HTMLElement, anchor: Element, side: Side): void {
  const to = anchor.getBoundingClientRect()
  const { width, height } = box.getBoundingClientRect()
  const roomBelow = innerHeight - to.bottom - GAP - EDGE
  const roomAbove = to.top - GAP - EDGE
  const above = side.startsWith('above')
    ? roomAbove >= height || roomAbove > roomBelow
    : height > roomBelow && roomAbove > roomBelow
  const wishedLeft = side.endsWith('end')
    ? to.right - width
    : side === 'above'
      ? to.left + to.width / 2 - width / 2
      : to.left
  box.style.position = 'fixed'
  box.style.margin = '0'
  box.style.inset = 'auto'
  box.style.maxHeight = `${Math.max(120, above ? roomAbove : roomBelow)}px`
  box.style.left = `${Math.max(EDGE, Math.min(wishedLeft, innerWidth - width - EDGE))}px`
  if (above) box.style.bottom = `${innerHeight - to.top + GAP}px`
  else box.style.top = `${to.bottom + GAP}px`
}
