import './style/widget.css'
import { h } from './kit/dom'
import { effect } from './kit/reactive'
import { Chat } from './model/chat'
import { tell } from './model/host'
import { app } from './views/app'
import { paint } from './views/theme'

const chat = new Chat(new URLSearchParams(location.search).get('lang') ?? navigator.language)
const root = document.getElementById('app') as HTMLElement
root.append(h('div', { class: 'frame' }, app(chat)))

addEventListener('keydown', (event) => { if (event.key === 'Escape') tell('close') })
// a panel that has just opened, or changed what it asks, puts the visitor where they write; never without having the focus
const aim = (): void => {
  const place = root.querySelector<HTMLElement>('#write, .sheet input') ?? root.querySelector<HTMLElement>('.field :is(input, select, textarea), main button')
  if (document.hasFocus()) place?.focus()
}
addEventListener('focus', () => { if (document.activeElement === document.body) aim() })
effect(() => {
  if (chat.visible() && chat.phase() !== 'loading') requestAnimationFrame(aim)
})
effect(() => { if (chat.version()) paint(chat.config) })
await chat.load(new URLSearchParams(location.search).get('lang') ?? navigator.language)
tell('ready')
