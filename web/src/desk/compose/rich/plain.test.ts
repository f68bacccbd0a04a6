import { describe, expect, it } from 'vitest'
import { isFormatted, linkAddress, placeIn, toHtml, toPlain, type DocNode } from './plain'

const text = (said: string, ...marks: NonNullable<DocNode['marks']>): DocNode => ({
  type: 'text',
  text: said,
  marks,
})
const line = (...content: DocNode[]): DocNode => ({ type: 'paragraph', content })
const item = (said: string): DocNode => ({ type: 'listItem', content: [line(text(said))] })

describe('toPlain', () => {
  it('reads like a letter without formatting', () => {
    const doc: DocNode = {
      type: 'doc',
      content: [
        line(text('Gentile '), text('signora', { type: 'bold' })),
        line(),
        { type: 'bulletList', content: [item('bolletta'), item('contratto')] },
        { type: 'orderedList', attrs: { start: 3 }, content: [item('terzo'), item('quarto')] },
        { type: 'blockquote', content: [line(text('uno')), line(text('due'))] },
        line(text('Vada '), text('qui', { type: 'link', attrs: { href: 'https://l.example/a' } })),
        line(text('uno'), { type: 'hardBreak' }, text('due')),
      ],
    }
    expect(toPlain(doc)).toBe(
      'Gentile signora\n\n- bolletta\n- contratto\n3. terzo\n4. quarto\n> uno\n> due\nVada qui (https://l.example/a)\nuno\ndue',
    )
    expect(isFormatted(doc)).toBe(true)
  })

  it('is the same text for lines without formatting', () => {
    const doc: DocNode = { type: 'doc', content: [line(text('a')), line(), line(text('b'))] }
    expect(toPlain(doc)).toBe('a\n\nb')
    expect(isFormatted(doc)).toBe(false)
  })
})

describe('toHtml', () => {
  it('makes one paragraph of each line, and markup of none', () => {
    expect(toHtml('a < "b"\n\n&')).toBe('<div>a &lt; &quot;b&quot;</div><div></div><div>&amp;</div>')
  })

  it('keeps the caret where it was', () => {
    expect([placeIn('ab\ncd', 0), placeIn('ab\ncd', 2), placeIn('ab\ncd', 3), placeIn('ab\ncd', 5)]).toEqual([
      1, 3, 5, 7,
    ])
  })
})

describe('linkAddress', () => {
  it('makes what people type whole, and refuses what is no address', () => {
    expect(linkAddress(' lumera.example/bollette ')).toBe('https://lumera.example/bollette')
    expect(linkAddress('http://a.example')).toBe('http://a.example')
    expect(linkAddress('marta@lumera.example')).toBe('mailto:marta@lumera.example')
    expect(linkAddress('javascript:alert(1)')).toBeNull()
    expect(linkAddress('due parole')).toBeNull()
  })
})
