import * as api from '../../api/twin'
import { asProblem, type Problem } from '../../api/problem'
import type { Question, TwinRun } from '../../api/types/twin'

const LOOK_MS = 350

/** One question to the twin: asked, followed until it is answered, stopped. */
export class Asking {
  run = $state.raw<TwinRun | null>(null)
  problem = $state.raw<Problem | null>(null)
  /** Between the click and the first word of the server. */
  sending = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined
  #turn = 0

  readonly busy = $derived(this.sending || this.run?.state === 'queued' || this.run?.state === 'running')

  async ask(question: Question): Promise<TwinRun | null> {
    const turn = this.#begin()
    this.sending = true
    this.run = null
    try {
      const run = await api.ask(question)
      if (turn !== this.#turn) return null
      this.run = run
      this.#follow(run.id, turn)
      return run
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown)
      return null
    } finally {
      if (turn === this.#turn) this.sending = false
    }
  }

  /** Show a run that was asked before. */
  async show(id: string): Promise<void> {
    if (this.run?.id === id) return
    const turn = this.#begin()
    this.run = null
    await this.#look(id, turn)
  }

  async stop(): Promise<void> {
    const run = this.run
    if (!run) return
    try {
      const row = await api.stop(run.id)
      this.drop()
      this.run = { ...run, ...row }
    } catch (thrown) {
      // it was over a moment before: what it found is shown
      if (asProblem(thrown).code !== 'twin-over') this.problem = asProblem(thrown)
    }
  }

  /** Follow no longer, for whoever leaves the screen. */
  drop(): void {
    this.#turn++
    clearTimeout(this.#timer)
    this.sending = false
  }

  clear(): void {
    this.drop()
    this.run = null
    this.problem = null
  }

  #begin(): number {
    this.drop()
    this.problem = null
    return this.#turn
  }

  #follow(id: string, turn: number): void {
    this.#timer = setTimeout(() => void this.#look(id, turn), LOOK_MS)
  }

  async #look(id: string, turn: number): Promise<void> {
    try {
      const run = await api.run(id)
      if (turn !== this.#turn) return
      this.run = run
      this.problem = null
      if (run.state === 'queued' || run.state === 'running') this.#follow(id, turn)
    } catch (thrown) {
      if (turn !== this.#turn) return
      const problem = asProblem(thrown)
      if (problem.passing && this.run) this.#follow(id, turn)
      else this.problem = problem
    }
  }
}
