import { describe, expect, it } from 'vitest'
import { highlightParts } from './highlights'

describe('highlightParts', () => {
  it('unescapes once and keeps markup as text', () => {
    expect(highlightParts('a &lt;b&gt; <mark>bolletta</mark> &amp;lt;')).toEqual([
      { text: 'a <b> ', hit: false },
      { text: 'bolletta', hit: true },
      { text: ' &lt;', hit: false },
    ])
  })
})
