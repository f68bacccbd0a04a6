/** A colour as the style engine knows it, in the words of a canvas. */
function computed(colour: string, near: Element): string {
  const probe = document.createElement('i')
  probe.style.color = colour
  near.append(probe)
  const found = getComputedStyle(probe).color
  probe.remove()
  return found
}

/** What a token is worth now, as a colour that a canvas understands. */
export const colourOf = (token: string, near: Element): string => computed(`var(${token})`, near)

/** A share of a colour over nothing, mixed by the style engine, which knows how. */
export const faded = (colour: string, share: number, near: Element): string =>
  computed(`color-mix(in srgb, ${colour} ${Math.round(share * 100)}%, transparent)`, near)
