import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchAnswer } from '../src/issuer/fetch-answer.ts'
import { type IssuerDouble, openIssuer } from './issuer-double.ts'

let issuer: IssuerDouble

beforeAll(async () => {
  issuer = await openIssuer()
})
afterAll(() => issuer[Symbol.asyncDispose]())

const ask = (path: string) =>
  fetchAnswer({ url: new URL(path, issuer.url), maxBytes: 1024, timeoutMs: 1_000 })

test.each<[string, (response: ServerResponse) => void]>([
  ['says nothing at all', () => {}],
  ['falls silent within its answer', (response) => response.writeHead(200).write('{"issuer":')],
  ['falls silent within an error', (response) => response.writeHead(500).write('sorry, ')],
])('who %s is left alone after a while, whatever garbage was collected', async (_name, answer) => {
  const isLeft = new Promise((resolve) => {
    issuer.answer('/', ({ socket }: IncomingMessage, response: ServerResponse) => {
      once(socket, 'close').then(resolve)
      answer(response)
    })
  })
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const collecting = setInterval(collect, 100)
  try {
    const outcome = await ask('/').catch((error: Error) => error.message)
    if (typeof outcome === 'string') expect(outcome).toContain('it took longer than 1 s')
    else expect(outcome).toMatchObject({ status: 500, text: '' })
    await isLeft
  } finally {
    clearInterval(collecting)
  }
})

test('an answer that grows past its limit is not read on', async () => {
  issuer.answer('/large', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200).write('x'.repeat(2_000))
  })
  await expect(ask('/large')).rejects.toThrow('it sent more than 1 KiB')
})
