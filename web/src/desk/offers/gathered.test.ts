import { expect, it } from 'vitest'
import { told } from './gathered'

it('says what was asked in lines to read, and leaves out what is empty', () => {
  expect(
    told({
      numero_cliente: ' 1042 ',
      urgente: true,
      vuoto: '',
      argomenti: ['bolletta', '', 'letture'],
      n: 0,
      x: null,
      y: {},
    }),
  ).toEqual([
    { name: 'Numero cliente', value: '1042' },
    { name: 'Urgente', value: '✓' },
    { name: 'Argomenti', value: 'bolletta, letture' },
    { name: 'N', value: '0' },
  ])
})
