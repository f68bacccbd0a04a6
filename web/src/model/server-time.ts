/** The server's clock beside this one's: promises are kept by the server's, and a laptop's may be wrong by minutes. */
class ServerTime {
  /** ms to add to this machine's clock to have the server's */
  #ahead = 0
  #best = Infinity

  /** @param now the server's clock half-way through a question that took `tripMs`. The quickest answer is the truest. */
  learn(now: string, tripMs: number, here: number = Date.now()): void {
    const at = Date.parse(now)
    if (Number.isNaN(at)) return
    const ahead = at + tripMs / 2 - here
    const moved = Math.abs(ahead - this.#ahead) > tripMs + this.#best
    if (tripMs > this.#best && !moved) return
    this.#best = tripMs
    this.#ahead = ahead
  }

  /** A moment of the server's as this machine's clock will show it, ms since 1970. */
  here(moment: string): number {
    return Date.parse(moment) - this.#ahead
  }
}

export const serverTime = new ServerTime()
export { ServerTime }
