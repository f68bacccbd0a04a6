import { describe, expect, it } from 'vitest'
import { readablePhone } from './phone'

describe('readablePhone', () => {
  it('groups international numbers after their country code', () => {
    expect(readablePhone('+390115554821')).toBe('+39 011 555 4821')
    expect(readablePhone('+12025550123')).toBe('+1 202 555 0123')
    expect(readablePhone('+420601123456')).toBe('+420 601 123 456')
    expect(readablePhone('+39 319-555.1135')).toBe('+39 319 555 1135')
  })

  it('leaves what is no international number as it was written', () => {
    for (const value of ['011 5554821', 'interno 12', '+39', '']) expect(readablePhone(value)).toBe(value)
  })
})
