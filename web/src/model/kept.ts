/** A value kept in this browser between visits. Storage may be full or forbidden: then it lives for this visit only. */
export function readKept<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`battito.${name}`)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}

/** Returns false when the browser refused to keep it. */
export function keep(name: string, value: unknown): boolean {
  try {
    if (value === undefined || value === null) localStorage.removeItem(`battito.${name}`)
    else localStorage.setItem(`battito.${name}`, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}

/** Names kept under a prefix. */
export function keptNames(prefix: string): string[] {
  const names: string[] = []
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const name = localStorage.key(i)
      if (name?.startsWith(`battito.${prefix}`)) names.push(name.slice('battito.'.length))
    }
  } catch {
    return []
  }
  return names
}
