/** The page around the widget. Only its loader, at the exact origin the iframe was opened for, is heard and told. */
const origin = new URLSearchParams(location.search).get('host') ?? location.origin

export type Heard = 'show' | 'hide' | 'identify' | 'logout' | 'lang' | 'page'

export function tell(battito: 'ready' | 'close' | 'active' | 'unread', value?: unknown): void {
  if (parent !== window) parent.postMessage({ battito, value }, origin)
}

export function hear(listen: (type: Heard, value: unknown) => void): void {
  addEventListener('message', (event: MessageEvent<{ battito?: Heard; value?: unknown } | null>) => {
    if (event.origin === origin && event.source === parent && event.data?.battito) listen(event.data.battito, event.data.value)
  })
}

export { origin as hostOrigin }
