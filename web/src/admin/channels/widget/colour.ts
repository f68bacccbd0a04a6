/** Black or white, whichever reads better on a colour (WCAG 2.2 relative luminance). @param hex `#rrggbb` */
export function readableOn(hex: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  // Equal contrast with black and white lies at (1.05 / 0.05) ** 0.5 * 0.05 - 0.05.
  return luminance > 0.179 ? '#000000' : '#ffffff'
}
