/** How long one may still undo, ms. Pointing at the toast or focusing it stops the clock. */
const STAYS_MS = 8_000

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'error'
  undo?: (() => unknown) | undefined
  /** Called when the time to undo is over. */
  settle?: (() => void) | undefined
}

let count = 0
const clocks = new Map<number, ReturnType<typeof setTimeout>>()

class Toasts {
  list = $state.raw<Toast[]>([])

  /** Say what was done; with `undo`, offer to take it back. */
  show(
    text: string,
    more: Partial<Pick<Toast, 'tone' | 'undo' | 'settle'>> & { stays?: number } = {},
  ): number {
    const toast: Toast = {
      id: ++count,
      text,
      tone: more.tone ?? 'plain',
      undo: more.undo,
      settle: more.settle,
    }
    // Three at most: an older one settles when the fourth comes.
    for (const old of this.list.slice(0, Math.max(0, this.list.length - 2))) this.close(old.id)
    this.list = [...this.list, toast]
    this.resume(toast.id, more.stays)
    return toast.id
  }

  error(text: string): void {
    this.show(text, { tone: 'error', stays: 12_000 })
  }

  /** Undo the last thing that still can be. Returns false when there is none. */
  undoLast(): boolean {
    const toast = this.list.findLast((one) => one.undo)
    if (!toast) return false
    this.undo(toast)
    return true
  }

  undo(toast: Toast): void {
    this.#remove(toast.id)
    toast.undo?.()
  }

  close(id: number): void {
    const toast = this.list.find((one) => one.id === id)
    this.#remove(id)
    toast?.settle?.()
  }

  pause(id: number): void {
    clearTimeout(clocks.get(id))
  }

  resume(id: number, stays = STAYS_MS): void {
    this.pause(id)
    clocks.set(
      id,
      setTimeout(() => {
        this.close(id)
      }, stays),
    )
  }

  #remove(id: number): void {
    this.pause(id)
    clocks.delete(id)
    this.list = this.list.filter((one) => one.id !== id)
  }
}

export const toasts = new Toasts()
