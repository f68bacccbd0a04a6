import type { Attachment } from '../../api/types'
import { describe, expect, it } from 'vitest'
import { frameDocument, hasRemotePictures, isLaidOut, withInlinePictures } from './html-mail'
import { linkify } from './linkify'
import { plainSubject } from './subject'

describe('linkify', () => {
  it('finds addresses without the punctuation that follows them', () => {
    const parts = linkify('Vedi https://a.it/b?c=1. Scrivi a anna@posta.it, o www.lumera.it!')
    expect(parts.filter((part) => part.href).map((part) => part.href)).toEqual([
      'https://a.it/b?c=1',
      'mailto:anna@posta.it',
      'https://www.lumera.it',
    ])
    expect(parts.map((part) => part.text).join('')).toBe(
      'Vedi https://a.it/b?c=1. Scrivi a anna@posta.it, o www.lumera.it!',
    )
  })

  it('never makes a link of a script address', () => {
    const parts = linkify('javascript:alert(1) data:text/html,x JAVASCRIPT://%0aalert(1)')
    expect(parts.every((part) => part.href === undefined)).toBe(true)
  })

  it('marks only the names that were mentioned, however odd they are', () => {
    const parts = linkify('@Paolo (P.) Neri e @Sara', ['Paolo (P.) Neri'])
    expect(parts.filter((part) => part.mention).map((part) => part.text)).toEqual(['@Paolo (P.) Neri'])
  })

  it('reads a long hostile text in no time', () => {
    const started = performance.now()
    linkify('www.'.repeat(20_000) + 'a@'.repeat(20_000))
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('frameDocument', () => {
  it('lets in no script and no picture from elsewhere', () => {
    const page = frameDocument('<p>x</p>')
    expect(page).toContain("default-src 'none'")
    expect(page).toContain("img-src 'self' data:;")
    expect(page).not.toContain('script-src')
  })

  it('sees remote pictures in every disguise', () => {
    for (const html of [
      '<img data-remote-src="https://x/y">',
      '<img src="https://x/y">',
      "<img src='//x/y'>",
      '<td background=http://x>',
      '<p style="background:url(https://x)">',
    ]) {
      expect(hasRemotePictures(html), html).toBe(true)
    }
    expect(hasRemotePictures('<img src="/files/1"><a href="https://x">x</a>')).toBe(false)
  })

  it('puts pictures of the mail itself in their place, and no others', () => {
    const file = { content_id: '<foto@mail>', url: '/api/v1/files/1' } as Attachment
    expect(withInlinePictures('<img src="cid:foto@mail"><img src="cid:altro">', [file])).toBe(
      '<img src="/api/v1/files/1"><img src="cid:altro">',
    )
  })

  it('takes tables and pictures for layout', () => {
    expect(isLaidOut('<TABLE><tr>')).toBe(true)
    expect(isLaidOut('<p>Ciao <b>tu</b></p>')).toBe(false)
  })
})

describe('plainSubject', () => {
  it('drops replies and forwards of several languages, however many', () => {
    expect(plainSubject('Re: R: Fwd: AW: I: Bolletta di ottobre')).toBe('bolletta di ottobre')
    expect(plainSubject('Rif: RE[2]: Bolletta')).toBe('bolletta')
    expect(plainSubject('Rete: guasto')).toBe('rete: guasto')
  })
})
