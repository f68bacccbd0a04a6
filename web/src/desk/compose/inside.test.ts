import { describe, expect, it } from 'vitest'
import type { Attachment } from '../../api/types'
import { cidOf, filesBeside, filesToSend } from './inside'

const file = (id: string) => ({ id }) as Attachment
const names = (files: Attachment[]) => files.map((one) => one.id)

describe('pictures in the text', () => {
  const files = [file('beside'), file('inside'), file('removed')]
  const were = new Set(['inside', 'removed'])
  const html = `<div>ecco <img src="${cidOf('inside')}" alt=""></div>`

  it('go with the message while they are in the text, and are listed nowhere else', () => {
    expect(names(filesToSend(files, html, were))).toEqual(['beside', 'inside'])
    expect(names(filesBeside(files, html, were))).toEqual(['beside'])
  })

  it('of a draft are known by its text', () => {
    expect(names(filesBeside([file('beside'), file('inside')], html, new Set()))).toEqual(['beside'])
    expect(names(filesToSend([file('beside')], null, new Set()))).toEqual(['beside'])
  })
})
