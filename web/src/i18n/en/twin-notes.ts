import type { twinNotes as source } from '../it/twin-notes'
import { pluralEn as n } from '../plural'

const cases = (count: number) => (count > 0 ? n(count, ' (from # case)', ' (from # cases)') : '')

/** Where each part of a scenario comes from. */
export const twinNotes: typeof source = {
  heading: 'Where the numbers come from',
  assumed: (count) => n(count, '# assumed', '# assumed'),
  assumedMark: 'assumed',
  measuredMark: 'measured',
  texts: {
    arrivals: (_, value, count) =>
      `arrivals: ${value.replace('/d', ' a day').replace('/h', ' an hour')}${cases(count)}`,
    handle: (_, value, count) => `mean time ${value}${cases(count)}`,
    'handle-of-channel': (_, value, count) =>
      `mean time ${value}, as the channel’s other queues${cases(count)}`,
    'handle-of-queue': (_, value) => `mean time ${value}, as the queue says`,
    patience: (_, value, count) =>
      value ? `mean patience ${value}` : `patience estimated from who gave up${cases(count)}`,
    'patience-written': () => 'nobody gives up: it is mail',
    'patience-endless': (_, __, count) => `nobody gave up${cases(count)}`,
    'wrap-up': (_, value, count) => `mean wrap-up ${value}${cases(count)}`,
    'wrap-up-of-queue': (_, value) => `wrap-up ${value}, as the queue says`,
    variability: (_, value) => `days differ by ${value}`,
    'today-factor': (_, value, count) => `today is worth ${value} usual days${cases(count)}`,
    'hidden-time': (_, value, count) => `${value} of unrecorded work after each contact${cases(count)}`,
    'people-from-presence': (_, __, count) =>
      n(count, 'people by their presence (#)', 'people by their presence (#)'),
    'people-from-interactions': () => 'people from the first to the last contact of each day',
    'people-now': (_, __, count) =>
      n(count, 'who is there now (#), all day', 'who is there now (#), all day'),
    'people-all': (_, value, count) => n(count, `# person, ${value}`, `everybody (#), ${value}`),
    'queue-takes-by-hand': () => 'left out: it gives no work by itself',
    'queue-without-contacts': () => 'left out: no contacts in the period',
    'ring-of-people': () => 'left out: a step that asks people by name',
  },
}
