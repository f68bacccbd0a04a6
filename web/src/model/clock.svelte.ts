let now = $state(Date.now())

/** The time, ms since 1970, ticking once a second. Reading it in a template repaints that place each second. */
export const clock = {
  get now(): number {
    return now
  },
}

function tick(): void {
  now = Date.now()
  setTimeout(tick, 1000 - (now % 1000))
}
if (typeof document !== 'undefined') tick()
