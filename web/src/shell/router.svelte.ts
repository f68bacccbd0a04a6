let path = $state(location.pathname)
let query = $state.raw(new URLSearchParams(location.search))

function read(): void {
  path = location.pathname
  query = new URLSearchParams(location.search)
}

/** Where one is. Screens are addresses: back, forward, reload and links work. */
export const router = {
  get path(): string {
    return path
  },
  get query(): URLSearchParams {
    return query
  },
  /** The parts of the path: `/c/123` is `["c", "123"]`. */
  get parts(): string[] {
    return path.split('/').filter(Boolean)
  },
  go(to: string, replace = false): void {
    if (to === location.pathname + location.search) return
    if (replace) history.replaceState(null, '', to)
    else history.pushState(null, '', to)
    read()
  },
}

addEventListener('popstate', read)

/** Plain links inside the app change the screen without loading the page again. */
addEventListener('click', (event) => {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey
  )
    return
  const anchor = event.target instanceof Element ? event.target.closest('a') : null
  if (!anchor?.href || anchor.target || anchor.hasAttribute('download')) return
  const to = new URL(anchor.href)
  if (to.origin !== location.origin || to.pathname.startsWith('/api') || to.pathname.startsWith('/files'))
    return
  if (anchor.dataset['native'] !== undefined) return
  event.preventDefault()
  router.go(to.pathname + to.search)
})
