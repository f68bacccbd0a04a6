import { expect, it } from 'vitest'
import { ServerTime } from './server-time'

const at = (ms: number) => new Date(ms).toISOString()

it('shows a moment of the server’s as this clock will show it', () => {
  const time = new ServerTime()
  time.learn(at(100_000), 0, 40_000) // the server is a minute ahead
  expect(time.here(at(120_000))).toBe(60_000)
})

it('believes the quickest answer, until a slower one shows that a clock was set', () => {
  const time = new ServerTime()
  time.learn(at(10_000), 20, 10_010)
  time.learn(at(10_300), 900, 10_700)
  expect(time.here(at(20_000))).toBe(20_000)
  time.learn(at(3_600_000), 400, 10_200)
  expect(time.here(at(3_600_000))).toBe(10_000)
})

it('lets what is no moment pass', () => {
  const time = new ServerTime()
  time.learn('', 1)
  expect(time.here(at(5))).toBe(5)
})
