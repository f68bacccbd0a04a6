/** Builds nodes by hand: every text is a text node, so nothing a person wrote can become markup. */
import { effect, memo, scope, signal, untracked, type Signal } from './reactive'

export type Child = Node | string | number | false | null | undefined | Child[] | (() => Child)
type Props = Record<string, unknown>

function set(node: Element, name: string, value: unknown): void {
  if (name in node && typeof value !== 'undefined') Reflect.set(node, name, value)
  else if (value === false || value === null || value === undefined) node.removeAttribute(name)
  else node.setAttribute(name, value === true ? '' : String(value))
}

function flat(child: Child): (Node | string)[] {
  if (Array.isArray(child)) return child.flatMap(flat)
  if (typeof child === 'function') return [...region(child).childNodes]
  return child === false || child === null || child === undefined ? [] : [typeof child === 'number' ? `${child}` : child]
}

/** Two markers with, between them, whatever `child` gives now. */
function region(child: () => Child): DocumentFragment {
  const fragment = document.createDocumentFragment()
  const start = document.createComment('')
  const end = document.createComment('')
  fragment.append(start, end)
  effect(() => {
    const nodes = flat(child())
    while (start.nextSibling && start.nextSibling !== end) start.nextSibling.remove()
    end.before(...nodes)
  })
  return fragment
}

/** An element. A property given as a function follows its signals; `on…` are listeners; `use` is called with the element. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props?: Props | null, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  node.append(...flat(children))
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === 'use') (value as (node: Element) => void)(node)
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value as EventListener)
    else if (typeof value === 'function') effect(() => set(node, name, (value as () => unknown)()))
    else set(node, name, value)
  }
  return node
}

/** Shows the view of the current key, made anew only when the key changes. A key without a view shows nothing. */
export function choose<K extends string>(key: () => K, views: Partial<Record<K, () => Child>>): () => Child {
  const now = memo(key)
  return () => {
    const view = views[now()]
    return untracked(() => view?.())
  }
}

/** Shows `view` while `condition` holds. */
export const when = (condition: () => unknown, view: () => Child): (() => Child) =>
  choose(() => (condition() ? 'yes' : 'no'), { yes: view })

/** Fills an element with one child per item; a child is made once per key and follows its item afterwards. */
export function each<T>(list: () => T[], key: (item: T) => string, make: (item: Signal<T>) => Element): (parent: Element) => void {
  const rows = new Map<string, { item: Signal<T>; node: Element; end: () => void }>()
  return (parent) => {
    effect(() => {
      const items = list()
      const keys = new Set(items.map(key))
      for (const [name, row] of rows) {
        if (keys.has(name)) continue
        row.end()
        row.node.remove()
        rows.delete(name)
      }
      let place = parent.firstChild
      for (const value of items) {
        const name = key(value)
        let row = rows.get(name)
        if (row) row.item.set(value)
        else {
          const item = signal(value)
          let node: Element | undefined
          const end = scope(() => { node = make(item) })
          row = { item, node: node as unknown as Element, end }
          rows.set(name, row)
        }
        if (row.node === place) place = place.nextSibling
        else parent.insertBefore(row.node, place)
      }
    })
  }
}
