import { describe, expect, it } from 'vitest'
import { badAddresses, readAddresses, writeAddresses } from './addresses'
import { triggerAt } from './trigger'

describe('addresses', () => {
  it('reads what people type and paste', () => {
    const text = 'Anna Rossi <anna@posta.it>, paolo@lumera.it; "Bianchi, G." <g.bianchi@studio.it>'
    expect(readAddresses(text)).toEqual([
      { address: 'anna@posta.it', name: 'Anna Rossi' },
      { address: 'paolo@lumera.it', name: '' },
      { address: 'g.bianchi@studio.it', name: 'Bianchi, G.' },
    ])
    expect(badAddresses(text)).toEqual([])
  })

  it('comes back as it was written', () => {
    const list = [
      { address: 'a@b.it', name: 'Rossi, Anna' },
      { address: 'c@d.it', name: '' },
    ]
    expect(readAddresses(writeAddresses(list))).toEqual(list)
  })

  it('names what is no address', () => {
    expect(badAddresses('anna@posta, x@y.it, qualcosa')).toEqual(['anna@posta', 'qualcosa'])
    expect(badAddresses('')).toEqual([])
  })
})

describe('triggerAt', () => {
  const at = (text: string, mode: 'reply' | 'note' = 'reply') => triggerAt(text, text.length, mode)

  it('opens canned replies where the sign begins a word', () => {
    expect(at('Buongiorno ;sal')).toEqual({ kind: 'canned', query: 'sal', from: 11, to: 15 })
    expect(at(';')).toMatchObject({ kind: 'canned', query: '' })
    expect(at('uno;due')).toBeNull()
    expect(at('prima; poi')).toBeNull()
  })

  it('mentions colleagues in notes only, by name and surname', () => {
    expect(at('Guarda @pao', 'note')).toMatchObject({ kind: 'mention', query: 'pao' })
    expect(at('Guarda @Paolo Ne', 'note')).toMatchObject({ query: 'Paolo Ne' })
    expect(at('Guarda @pao')).toBeNull()
    expect(at('scrivi a anna@pao', 'note')).toBeNull()
  })
})
