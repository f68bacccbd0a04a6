/** Line icons on a 24 grid, drawn for the widget; decorative, so hidden from assistive technology. */
const shapes = {
  send: 'M12 19V5M5 12l7-7 7 7',
  clip: 'm20 11-8.5 8.5a5.3 5.3 0 0 1-7.5-7.5l8.7-8.7a3.5 3.5 0 0 1 5 5l-8.7 8.6a1.8 1.8 0 0 1-2.5-2.5l8-8',
  mic: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21',
  more: 'M6.2 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0ZM13 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0ZM19.8 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z',
  down: 'm6 9.5 6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
  bot: 'M12 7V3.5M6 7h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM9 12v2M15 12v2',
  heart: 'M12 20c-5.5-4.7-7.8-7.4-7.8-10.7a4.2 4.2 0 0 1 7.8-2.1 4.2 4.2 0 0 1 7.8 2.1C19.8 12.6 17.5 15.3 12 20Z',
  file: 'M14 3v5h5M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8Z',
  play: 'M8 5.5v13l10.5-6.5Z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2',
  phone: 'M6.5 3.5h3l1.5 4-2 1.5a12 12 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2 2C11 19.5 4.5 13 4.5 5.5a2 2 0 0 1 2-2Z',
  mail: 'M4 6h16v12H4ZM4 7l8 6 8-6',
  alert: 'M12 8v5M12 16.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
}

export type Icon = keyof typeof shapes

export function icon(name: Icon, size = 20): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const picture = document.createElementNS(space, 'svg')
  const line = document.createElementNS(space, 'path')
  line.setAttribute('d', shapes[name])
  picture.setAttribute('viewBox', '0 0 24 24')
  picture.setAttribute('width', `${size}`)
  picture.setAttribute('height', `${size}`)
  picture.setAttribute('aria-hidden', 'true')
  picture.append(line)
  return picture
}
