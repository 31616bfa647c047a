import { describe, expect, it } from 'vitest'
import { Gate } from './gate.ts'

describe('Gate', () => {
  it('lets through who waited and who comes later', async () => {
    const gate = new Gate()
    const early = gate.wait()
    gate.open()
    await early
    await gate.wait()
  })

  it('tells a failure to who waited and who comes later, until it opens', async () => {
    const gate = new Gate()
    const early = gate.wait()
    gate.fail(new Error('first'))
    await expect(early).rejects.toThrow('first')
    gate.fail(new Error('second'))
    await expect(gate.wait()).rejects.toThrow('second')
    gate.open()
    await gate.wait()
  })

  it('stays open when something fails afterwards', async () => {
    const gate = new Gate()
    gate.open()
    gate.fail(new Error('late'))
    await gate.wait()
  })
})
