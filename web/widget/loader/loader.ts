/**
 * The only script a host page runs: it paints a launcher in a closed shadow root and opens the conversation, which lives
 * in an iframe of Battito's own origin, when the visitor asks for it.
 *
 *   <script async src="https://chat.example/widget/loader.js" data-site="KEY"></script>
 *   Battito('open' | 'close' | 'identify' | 'logout' | 'lang' | 'add' | 'remove', value?, site?)
 *
 * It sets styles through CSSOM and builds nodes by hand, so that it runs under a strict Content-Security-Policy
 * (script-src, connect-src and frame-src of Battito's origin are all it needs) and under Trusted Types.
 * It must stay within 2 kB gzipped: what few pages need lives in a module of its own (invite.ts).
 */
import css from './loader.css?inline'

interface Options { site: string; lang?: string | undefined; side?: string | undefined }
export interface Look { accent: string; on_accent: string; side: string; launcher: string; close: string; triggers: Trigger[] }
export interface Trigger { after: number; pages: string[]; text: string }
interface Widget { site: string; side: string | undefined; run(name: string, value?: unknown): void }
type Call = [name: string, value?: unknown, site?: string]
interface Queue { (...call: Call): void; q?: Call[]; w?: Widget[] }
interface Heard { battito: string; value: unknown }

const page = window as unknown as { Battito?: Queue }
const script = (document.currentScript ?? document.querySelector('script[data-site]')) as HTMLScriptElement
const base = new URL('..', script.src).href
const { origin } = new URL(base)
const calls = page.Battito?.q ?? []
const widgets = page.Battito?.w ?? []

const add = async ({ site, side, lang = document.documentElement.lang || navigator.language }: Options): Promise<void> => {
  if (widgets.some((other) => other.site === site)) return
  const key = `battito:${site}`
  let identity: unknown
  let frame: HTMLIFrameElement | undefined
  let before: HTMLElement
  let told: string

  const host = document.createElement('div')
  const root = host.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  const button = document.createElement('button')
  root.append(button)

  /** Whether a conversation is under way (`open`, `active` or empty), kept once the visitor has consented: it goes on when the next page loads. */
  const memory = (state?: string): string | undefined => {
    try {
      if (state !== undefined) localStorage[key] = state
      return localStorage[key] as string
    } catch {
      return // storage refused by the browser: the conversation goes on while the page lives
    }
  }
  const address = (path: string): string => `${base}${path}?site=${site}&lang=${lang}&host=${location.origin}`
  const tell = (battito: string, value?: unknown): void => frame?.contentWindow?.postMessage({ battito, value }, origin)
  const where = (): void => {
    if (told !== location.href) tell('page', { url: told = location.href, title: document.title })
  }
  const load = (): void => {
    if (frame) return
    frame = document.createElement('iframe')
    frame.title = button.ariaLabel ?? ''
    frame.allow = 'microphone;clipboard-write'
    frame.src = address('widget/')
    frame.hidden = true
    root.append(frame)
  }
  const show = (open: boolean, asked = true): void => {
    if (open) load()
    if (frame?.hidden !== open) return
    if (open) before = document.activeElement as HTMLElement
    frame.hidden = !open
    button.ariaExpanded = `${open}`
    if (memory()) memory(open ? 'open' : 'active')
    tell(open ? 'show' : 'hide')
    // a panel that opens by itself on the next page takes the focus from nobody
    if (!asked) return
    if (open) return frame.focus()
    button.focus()
    before.focus() // nothing happens where it was the page as a whole, or is gone
  }
  addEventListener('message', ({ origin: from, source, data }: MessageEvent<Heard>) => {
    if (from !== origin || !frame || source !== frame.contentWindow) return
    const { battito, value } = data
    if (battito === 'ready') {
      told = ''
      where()
      if (identity) tell('identify', identity)
      tell(frame.hidden ? 'hide' : 'show')
      // a frame that was focused while it was loading has lost the focus to the page that came
      if (root.activeElement === frame) {
        frame.blur()
        frame.focus()
      }
    }
    if (battito === 'close') show(false)
    if (battito === 'active') {
      if (value && memory() === 'open' && innerWidth > 480) show(true, false)
      memory(value ? (frame.hidden ? 'active' : 'open') : '')
    }
    if (battito === 'unread') button.dataset.n = `${value || ''}`
  })
  setInterval(where, 2e3)

  const widget: Widget = {
    site, side,
    run(name, value) {
      if (name === 'open') show(true)
      if (name === 'close') show(false)
      if (name === 'lang') tell(name, lang = `${value}`)
      if (name === 'identify') tell(name, identity = value)
      if (name === 'logout') tell(name, identity = memory(''))
      if (name === 'remove') {
        host.remove()
        frame = undefined
        widgets.splice(widgets.indexOf(widget), 1)
      }
    },
  }
  widgets.push(widget)

  const answer = await fetch(address('chat/config'))
  if (!answer.ok) {
    console.warn('Battito:', await answer.text())
    return widget.run('remove')
  }
  const look = (await answer.json()) as Look
  widget.side ??= look.side
  const far = widget.side === 'left' ? 'right' : 'left'
  const up = 20 + 72 * widgets.filter((other) => other.side === widget.side).indexOf(widget)
  host.style.cssText = `--accent:${look.accent};--on:${look.on_accent};--up:${up}px;--${far}:auto`
  button.ariaLabel = look.launcher
  button.ariaExpanded = 'false'
  button.onclick = () => show(!frame || !!frame.hidden)
  // beside <body>, so that a page that swaps its body (Turbo, a single-page app) keeps the conversation
  document.documentElement.append(host)
  if (memory()) load()
  if (look.triggers[0]) {
    const { invite } = (await import(/* @vite-ignore */ `${base}widget/invite.js`)) as typeof import('./invite')
    invite(root, key, look, () => show(true), () => !frame)
  }
}

const api: Queue = (name, value, site) => {
  if (name === 'add') void add(value as Options)
  else for (const widget of [...widgets]) if (!site || widget.site === site) widget.run(name, value)
}
page.Battito = api
api.w = widgets
if (script.dataset.site) void add(script.dataset as unknown as Options)
for (const call of calls) api(...call)
