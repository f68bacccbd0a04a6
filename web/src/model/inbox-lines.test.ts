import { describe, expect, it } from 'vitest'
import type { ConversationRow, Status } from '../api/types'
import { Conversation } from './conversation.svelte'
import { Lines } from './inbox-lines'
import { groupOf, hasThirdLine, rank } from './inbox-order'
import { row } from './rows.fixture'
import { compare } from './sized'

const ME = 'me'
const made = (one: ConversationRow) => new Conversation(one)
const all = (lines: Lines) => lines.slice(0, lines.length)

/** A small random generator with a seed (mulberry32), so that a failure can be seen again. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

describe('Lines', () => {
  it('keeps the order of a full sort through any sequence of changes', () => {
    for (let seed = 1; seed <= 25; seed++) {
      const next = random(seed)
      const lines = new Lines('due', () => ME)
      lines.measure({ row: 56, tall: 79, heading: 30 })
      const present = new Map<string, Conversation>()
      const statuses: Status[] = ['open', 'waiting', 'snoozed', 'resolved']
      for (let step = 0; step < 200; step++) {
        const id = `c${Math.floor(next() * 40)}`
        if (next() < 0.15) {
          expect(lines.remove(id)).toBe(present.delete(id))
          continue
        }
        const due =
          next() < 0.7 ? new Date(1_800_000_000_000 + Math.floor(next() * 50) * 60_000).toISOString() : null
        const fields = {
          id,
          status: statuses[Math.floor(next() * 4)] ?? 'open',
          due_at: due,
          live: next() < 0.1,
          labels: next() < 0.3 ? ['l'] : [],
        }
        const owner = next() < 0.5 ? ({ kind: 'agent', id: ME, name: 'Marta' } as const) : null
        const conversation = present.get(id) ?? made(row(fields))
        conversation.row = row({ ...fields, owner })
        present.set(id, conversation)
        lines.put(conversation, conversation.row)
      }
      const shown = all(lines).flatMap((line) => (line.kind === 'row' ? [line.id] : []))
      const groups = ['live', 'answer', 'waiting', 'snoozed', 'resolved']
      const sorted = [...present.values()]
        .map(({ row }) => ({
          group: groups.indexOf(groupOf(row, ME, 'due')),
          rank: rank(row, 'due'),
          id: row.id,
        }))
        .sort((a, b) => a.group - b.group || compare(a, b))
        .map(({ id }) => id)
      expect(shown, `seed ${seed}`).toEqual(sorted)
      let top = 0
      all(lines).forEach((line, i) => {
        const height = line.kind === 'group' ? 30 : hasThirdLine(line.conversation.row) ? 79 : 56
        expect(lines.topOf(i)).toBe(top)
        expect(lines.indexOf(line.id)).toBe(line.kind === 'group' ? -1 : i)
        expect([lines.indexAt(top), lines.indexAt(top + height - 1)]).toEqual([i, i])
        top += height
      })
      expect(lines.topOf(lines.length)).toBe(top)
      lines.measure({ row: 48, tall: 48, heading: 30 })
      const headings = all(lines).filter((line) => line.kind === 'group').length
      expect(lines.topOf(lines.length)).toBe(48 * (lines.length - headings) + 30 * headings)
    }
  })

  it('walks from row to row across headings and stops at the ends', () => {
    const lines = new Lines('due', () => ME)
    for (const one of [row({ id: 'b' }), row({ id: 'd', status: 'waiting' })]) lines.put(made(one), one)
    expect(lines.first()?.id).toBe('b')
    expect(lines.beside('b', 1)?.id).toBe('d')
    expect(lines.beside('d', -1)?.id).toBe('b')
    expect(lines.beside('b', -1)).toBeNull()
    expect(lines.beside('d', 1)).toBeNull()
    expect(lines.beside('gone', 1)).toBeNull()
  })

  it('heads each group with its count, and the live one with nothing', () => {
    const lines = new Lines('due', () => ME)
    const owner = { kind: 'agent', id: ME, name: 'Marta' } as const
    for (const one of [
      row({ id: 'a', live: true, owner }),
      row({ id: 'b' }),
      row({ id: 'c' }),
      row({ id: 'd', status: 'waiting' }),
    ]) {
      lines.put(made(one), one)
    }
    const told = all(lines).map((line) => (line.kind === 'group' ? `${line.name} ${line.count}` : line.id))
    expect(told).toEqual(['a', 'answer 2', 'b', 'c', 'waiting 1', 'd'])
  })

  it('moves a row whose conversation object was replaced instead of showing it twice', () => {
    const lines = new Lines('due', () => ME)
    lines.put(made(row({ id: 'a' })), row({ id: 'a' }))
    lines.put(made(row({ id: 'a' })), row({ id: 'a' }))
    expect(all(lines).filter((line) => line.kind === 'row')).toHaveLength(1)
  })
})

describe('rank', () => {
  it('puts the nearest promise first and everything promised before what is not', () => {
    const soon = rank(row({ id: 'a', due_at: '2026-11-22T10:00:00Z' }), 'due')
    const late = rank(row({ id: 'b', due_at: '2026-12-22T10:00:00Z' }), 'due')
    const none = rank(row({ id: 'c', waiting_since: '2026-01-01T00:00:00Z' }), 'due')
    expect(soon).toBeLessThan(late)
    expect(late).toBeLessThan(none)
  })

  it('lets who has waited longest come first among those without a promise', () => {
    const long = rank(row({ id: 'a', waiting_since: '2026-11-20T00:00:00Z' }), 'due')
    const short = rank(row({ id: 'b', waiting_since: '2026-11-20T00:00:01Z' }), 'due')
    expect(long).toBeLessThan(short)
  })
})
