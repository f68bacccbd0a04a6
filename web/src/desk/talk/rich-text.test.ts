import { describe, expect, it } from 'vitest'
import { richNodes } from './rich-text'

describe('richNodes', () => {
  it('keeps what the editor writes', () => {
    expect(richNodes('<div>Gentile <strong>signora</strong></div><ol start="2"><li>due</li></ol>')).toEqual([
      { tag: 'div', nodes: [{ text: 'Gentile ' }, { tag: 'strong', nodes: [{ text: 'signora' }] }] },
      { tag: 'ol', start: 2, nodes: [{ tag: 'li', nodes: [{ text: 'due' }] }] },
    ])
  })

  it('keeps of everything else the text alone', () => {
    const hostile =
      '<a href="javascript:alert(1)">qui</a><span style="color:red" onclick="x()">rosso</span><svg><a href="x">s</a></svg>'
    expect(richNodes(hostile)).toEqual([{ text: 'qui' }, { text: 'rosso' }, { text: 's' }])
    expect(richNodes('<a href="https://l.example">vada</a>')).toEqual([
      { tag: 'a', href: 'https://l.example', nodes: [{ text: 'vada' }] },
    ])
  })
})
