/**
 * What the widget keeps on the visitor's device: in the storage of Battito's origin, partitioned by the host site, and only
 * after consent. Where the browser refuses storage the chat works on and forgets at the next page.
 */
const site = new URLSearchParams(location.search).get('site') ?? ''
const prefix = `battito:${site}:`
let consented = false

/** From now on things may be kept. */
export function allow(): void {
  consented = true
}

export function keep(name: string, value: unknown): void {
  if (!consented) return
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value))
  } catch { /* refused or full: memory has it */ }
}

export function recall<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(prefix + name)
    return text === null ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}

/** The names that begin with `start`. */
export function names(start: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix + start)).map((key) => key.slice(prefix.length))
  } catch {
    return []
  }
}

export function drop(name: string): void {
  try {
    localStorage.removeItem(prefix + name)
  } catch { /* nothing was kept */ }
}

/** Files that wait to be sent: too large for localStorage, so in IndexedDB; and in memory, should that be refused. */
const held = new Map<string, Blob>()

async function files<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  if (!consented) return undefined
  return new Promise((resolve) => {
    const fail = (): void => resolve(undefined)
    try {
      const opening = indexedDB.open('battito', 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore('files')
      opening.onerror = fail
      opening.onsuccess = () => {
        const deal = opening.result.transaction('files', mode)
        const request = work(deal.objectStore('files'))
        deal.oncomplete = () => {
          opening.result.close()
          resolve(request.result)
        }
        deal.onabort = fail
      }
    } catch {
      fail()
    }
  })
}

export async function keepFile(id: string, file: Blob): Promise<void> {
  held.set(id, file)
  await files('readwrite', (store) => store.put(file, prefix + id))
}

export async function recallFile(id: string): Promise<Blob | undefined> {
  return held.get(id) ?? (await files<Blob>('readonly', (store) => store.get(prefix + id)))
}

export function dropFile(id: string): void {
  held.delete(id)
  void files('readwrite', (store) => store.delete(prefix + id))
}

/** Forgets everything of this widget on this device. */
export function forget(): void {
  for (const name of names('')) drop(name)
  held.clear()
  void files('readwrite', (store) => store.delete(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))
  consented = false
}
