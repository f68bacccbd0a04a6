import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../api/types'
import { charactersLeft, refuses } from './limits'

const can: Capabilities = {
  text: 1000,
  media: [
    { kind: 'image', types: ['image/*'], size: 5_000_000, caption: null },
    { kind: 'document', types: ['application/pdf'], size: 20_000_000, caption: null },
  ],
  files: 2,
  total_size: null,
  html: false,
  subject: false,
  cc: false,
  typing: false,
  read_receipts: false,
  public: false,
  live: false,
  starts: false,
  delete: false,
}

describe('refuses', () => {
  it('takes what the channel declares, and says why it does not', () => {
    expect(refuses(can, { type: 'image/png', size: 10 }, 0)).toBeNull()
    expect(refuses(can, { type: 'image/png', size: 6_000_000 }, 0)).toEqual({ why: 'size', most: 5_000_000 })
    expect(refuses(can, { type: 'application/x-msdownload', size: 10 }, 0)).toEqual({ why: 'type' })
    expect(refuses(can, { type: '', size: 10 }, 0)).toEqual({ why: 'type' })
    expect(refuses(can, { type: 'image/png', size: 10 }, 2)).toEqual({ why: 'count', most: 2 })
    expect(refuses({ ...can, media: [] }, { type: 'x/y', size: 10 }, 0)).toBeNull()
  })
})

describe('charactersLeft', () => {
  it('counts characters as people do, and only near the end', () => {
    expect(charactersLeft(can, 'a'.repeat(500))).toBeNull()
    expect(charactersLeft(can, 'a'.repeat(950))).toBe(50)
    expect(charactersLeft(can, '😀'.repeat(1001))).toBe(-1)
    expect(charactersLeft({ ...can, text: null }, 'a'.repeat(99_999))).toBeNull()
  })
})
