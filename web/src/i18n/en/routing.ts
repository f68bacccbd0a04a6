import { pluralEn as n } from '../plural'

export const offers = {
  region: 'Work offered to you',
  title: (who: string) => `${who}: will you take it?`,
  announce: (who: string, channel: string, seconds: number | null) =>
    `Offer: ${who}, ${channel}.${seconds === null ? '' : ` ${n(seconds, '# second', '# seconds')} to answer.`}`,
  accept: 'Accept',
  decline: 'Decline',
  reason: 'Why not?',
  seconds: (count: number) => n(count, '# second left', '# seconds left'),
  over: 'Time is up',
  waits: (words: string) => `Waiting for ${words}.`,
  best: 'You are the most suitable person free.',
  first: 'It is first in line.',
  ring: (step: number) => `step ${step} of the search`,
  lastContact: 'Last contact',
  noContact: 'Writes for the first time',
  more: (count: number) => n(count, 'and # more answer', 'and # more answers'),
  ended: {
    accepted: (who: string) => `${who}: you accepted it in another window.`,
    declined: (who: string) => `${who}: you declined it in another window.`,
    expired: (who: string) => `${who}: time is over, the offer went to somebody else.`,
    withdrawn: (who: string, reason: string | null) =>
      reason === 'pulled'
        ? `${who}: a colleague took it.`
        : reason === 'agent-left'
          ? `${who}: you changed your state, the offer went to somebody else.`
          : reason === 'abandoned'
            ? `${who}: the customer has left.`
            : `${who}: no longer needed, the offer was taken back.`,
  },
  acceptFirst: 'Accept the offer',
  declineFirst: 'Decline the offer',
}

export const wrapUp = {
  heading: 'Wrap-up',
  of: (who: string) => `Wrap-up: ${who}`,
  begun: (who: string) => `Resolved: ${who}. Now the wrap-up.`,
  left: (clock: string) => `${clock} left`,
  noLimit: 'No time limit',
  over: 'Time is up: say how it went.',
  disposition: 'How it ended',
  required: 'needed',
  choose: 'Choose how it ended',
  find: 'Find a disposition',
  none: 'No disposition of this name',
  needed: 'Say how it ended: this queue asks for it.',
  unfit: 'This one can no longer be used here: choose another.',
  noteFault: 'The note is too long: at most 2,000 characters.',
  note: 'Note',
  notePlace: 'A line for whoever comes next (optional)',
  extend: 'More time',
  end: 'Done',
  open: 'Go to the wrap-up',
}

export const why = {
  mine: 'Why me',
  theirs: 'Why it is here',
  waiting: 'Who takes it, and when',
  none: 'Battito has not offered it to anybody yet.',
  noneMore: 'It was taken by hand, or its queue gives no work.',
  ruled: (rule: string, version: number, queue: string) =>
    `${queue ? `In ${queue}: decided` : 'Decided'} by the rule «${rule}», version ${version}.`,
  unruled: (version: number) => `No rule matched (version ${version}): the channel’s queue counts.`,
  tryRules: 'Try the rules with this one',
  given: (who: string) => `Given to ${who}`,
  offered: (who: string) => `Offered to ${who}`,
  outcomes: {
    accepted: 'accepted',
    declined: 'declined',
    expired: 'did not answer',
    withdrawn: 'taken back',
    live: 'has yet to answer',
  },
  after: (words: string) => `after ${words} of waiting`,
  step: (step: number) => `step ${step} of the search`,
  passed: (count: number) => n(count, '# person not chosen', '# people not chosen'),
  somebody: 'somebody',
  position: 'In line',
  place: (position: number) => `no. ${position}`,
  expected: 'Expected wait',
  about: (words: string, error: string | null) => (error ? `${words}, give or take ${error}` : words),
  unknown: 'cannot be said yet',
  sinceThen: 'Waiting for',
  ring: 'Step',
  ringOf: (step: number, all: number) => `${step} of ${all}`,
  nextRing: (clock: string) => `the next in ${clock}`,
  skills: 'Skills wanted',
  level: (name: string, level: number) => `${name} ${level}`,
  could: 'Could take it',
  nobody: 'Nobody now',
  obstacles: (count: number) => n(count, '# person cannot now', '# people cannot now'),
}
