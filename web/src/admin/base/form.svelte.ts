import { asProblem, type Problem } from '../../api/problem'
import { explain, explainFault } from '../../i18n/explain'
import { ta } from '../text.svelte'

/** What a form needs to be sent: that it is busy, what is missing, what the server said of which field. */
export class Form {
  busy = $state(false)
  problem = $state.raw<Problem | null>(null)
  #missing = $state.raw<ReadonlySet<string>>(new Set())
  /** Fields that say their own faults; the rest is said below the form. */
  readonly #shown = new Set<string>()

  /** What is wrong with a field, or undefined. */
  fault(field: string): string | undefined {
    this.#shown.add(field)
    if (this.#missing.has(field)) return ta.form.needed
    const message = this.problem?.fault(field)
    return message === undefined ? undefined : explainFault(message)
  }

  /** What no field says. */
  get rest(): string | null {
    if (!this.problem) return this.#missing.size ? ta.form.check : null
    const faults = this.problem.faults
    if (faults.length === 0) return explain(this.problem)
    const others = faults.filter((one) => !this.#shown.has(one.field))
    return others.length ? others.map((one) => explainFault(one.message)).join(' ') : ta.form.check
  }

  clear(): void {
    this.problem = null
    this.#missing = new Set()
  }

  /**
   * Send it. @param needed fields that must not be empty, with their values
   * @returns what `work` gave, or undefined when it was refused
   */
  async send<T>(
    work: () => Promise<T>,
    needed: Record<string, string | readonly unknown[]> = {},
  ): Promise<T | undefined> {
    if (this.busy) return undefined
    this.clear()
    this.#missing = new Set(
      Object.entries(needed).flatMap(([field, value]) =>
        (typeof value === 'string' ? value.trim() : value).length ? [] : [field],
      ),
    )
    if (this.#missing.size) return undefined
    this.busy = true
    try {
      return await work()
    } catch (thrown) {
      this.problem = asProblem(thrown)
      return undefined
    } finally {
      this.busy = false
    }
  }
}
