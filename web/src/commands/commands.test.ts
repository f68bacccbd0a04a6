import { describe, expect, it } from 'vitest'
import { chordOf, show } from './chord'
import type { Command } from './command'
import { findCommands, plain, score } from './find'

const press = (
  key: string,
  mods: Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey', boolean>> = {},
) => chordOf({ key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...mods })

describe('chordOf', () => {
  it('names chords as they are written in the commands', () => {
    expect(press('k', { ctrlKey: true })).toBe('Ctrl+k')
    expect(press('k', { metaKey: true })).toBe('Ctrl+k')
    expect(press('J', { shiftKey: true })).toBe('Shift+j')
    expect(press('?', { shiftKey: true })).toBe('?')
    expect(press('Enter', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+Enter')
    expect(press('Shift', { shiftKey: true })).toBeNull()
  })

  it('knows a letter by its place where Alt makes another character of it, as on a Mac', () => {
    const mods = { ctrlKey: false, altKey: true, shiftKey: false, metaKey: false }
    expect(chordOf({ key: 'å', code: 'KeyA', ...mods })).toBe('Alt+a')
    expect(chordOf({ key: 'a', code: 'KeyQ', ...mods })).toBe('Alt+a')
  })

  it('shows them as people read them', () => {
    expect(show('Ctrl+k')).toBe('Ctrl K')
    expect(show('g c')).toBe('G then C')
    expect(show('Escape')).toBe('Esc')
  })
})

describe('findCommands', () => {
  const command = (id: string, label: string, words = ''): Command => ({
    id,
    group: 'go',
    label: () => label,
    keywords: () => words,
    run: () => undefined,
  })
  const all = [
    command('a', 'Assegna'),
    command('p', 'Cambia priorità'),
    command('t', 'Tema scuro', 'colori notte'),
  ]

  it('finds by beginnings of words, without accents, in keywords too', () => {
    expect(findCommands(all, 'priorita').map((one) => one.id)).toEqual(['p'])
    expect(findCommands(all, 'scu te').map((one) => one.id)).toEqual(['t'])
    expect(findCommands(all, 'notte').map((one) => one.id)).toEqual(['t'])
    expect(findCommands(all, 'segna')).toEqual([])
    expect(findCommands(all, ' ')).toHaveLength(3)
  })

  it('puts a match at the beginning before one inside', () => {
    expect(score('ass', 'Assegna')).toBeGreaterThan(score('ass', 'Non Assegna'))
    expect(score('cambia l’oggetto', 'Cambia l’oggetto…')).toBeGreaterThan(0)
    expect(plain('Città')).toBe('citta')
  })
})
