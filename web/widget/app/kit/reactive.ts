/**
 * Signals in a hundred lines: the widget must weigh 20 kB with everything in it, and a framework alone weighs fifteen.
 * A signal is read by calling it; an effect runs again when a signal it read has changed; effects made inside an effect
 * end when it runs again.
 */
export interface Signal<T> {
  (): T
  set(value: T): void
}

interface Effect {
  run(): void
  sources: Set<Set<Effect>>
  inner: (() => void)[]
}

let current: Effect | undefined
let owner: Effect | undefined
const due = new Set<Effect>()

function flush(): void {
  for (const effect of due) {
    due.delete(effect)
    effect.run()
  }
}

export function signal<T>(value: T): Signal<T> {
  const readers = new Set<Effect>()
  const read = (): T => {
    if (current) {
      readers.add(current)
      current.sources.add(readers)
    }
    return value
  }
  return Object.assign(read, {
    set(next: T) {
      if (Object.is(next, value)) return
      value = next
      if (!due.size) queueMicrotask(flush)
      for (const reader of readers) due.add(reader)
    },
  })
}

/** Runs `body` now and again, in the next microtask, whenever a signal it read has changed. Returns what ends it. */
export function effect(body: () => void): () => void {
  const stop = (): void => {
    due.delete(self)
    for (const readers of self.sources) readers.delete(self)
    self.sources.clear()
    for (const end of self.inner.splice(0)) end()
  }
  const self: Effect = {
    sources: new Set(),
    inner: [],
    run() {
      stop()
      const outer = [current, owner] as const
      current = owner = self
      try {
        body()
      } finally {
        ;[current, owner] = outer
      }
    },
  }
  owner?.inner.push(stop)
  self.run()
  return stop
}

/** Reads signals without depending on them. */
export function untracked<T>(body: () => T): T {
  const outer = current
  current = undefined
  try {
    return body()
  } finally {
    current = outer
  }
}

/** Calls `end` when the effect that is running now runs again or ends. */
export function onEnd(end: () => void): void {
  owner?.inner.push(end)
}

/** A signal that follows a calculation and changes only when its result does. */
export function memo<T>(body: () => T): () => T {
  const result = signal(untracked(body))
  effect(() => result.set(body()))
  return result
}

/** Runs `body` so that the effects it makes live until the returned function is called, whatever runs around it. */
export function scope(body: () => void): () => void {
  const self: Effect = { sources: new Set(), inner: [], run: () => undefined }
  const outer = [current, owner] as const
  current = undefined
  owner = self
  try {
    body()
  } finally {
    ;[current, owner] = outer
  }
  return () => {
    for (const end of self.inner.splice(0)) end()
  }
}
