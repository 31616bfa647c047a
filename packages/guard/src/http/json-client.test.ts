import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createJsonClient } from './json-client.ts'

describe('createJsonClient', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  async function serve(listener: RequestListener): Promise<URL> {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => {
      server.closeAllConnections()
      server.close()
    })
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }

  it.each([
    ['max-age=300', 300],
    ['public, max-age=300, must-revalidate', 300],
    ['Max-Age="300"', 300],
    ['s-maxage=9, max-age=300', 300],
    ['s-maxage=9', null],
    ['no-store', 0],
    ['max-age=-1', null],
    ['max-age=', null],
  ])('reads Cache-Control %j', async (value, seconds) => {
    const url = await serve((_request, response) => {
      response.setHeader('cache-control', value)
      response.end('{}')
    })
    const client = createJsonClient({ fetch, timeoutMs: 5_000 })
    expect(await client.get({ url, maxBytes: 10 })).toMatchObject({ maxAgeSeconds: seconds })
  })

  it.each([
    ['100', 200],
    ['300', 0],
    ['9999', 0],
    ['-5', 300],
    ['soon', 300],
  ])('F07 takes off what an answer is old already: Age %j', async (age, seconds) => {
    const url = await serve((_request, response) => {
      response.setHeader('cache-control', 'max-age=300')
      response.setHeader('age', age)
      response.end('{}')
    })
    const client = createJsonClient({ fetch, timeoutMs: 5_000 })
    expect(await client.get({ url, maxBytes: 10 })).toMatchObject({ maxAgeSeconds: seconds })
  })

  it('takes a body of exactly the limit, and not one byte more', async () => {
    const url = await serve((_request, response) => response.end('"12345678"'))
    const client = createJsonClient({ fetch, timeoutMs: 5_000 })
    expect(await client.get({ url, maxBytes: 10 })).toMatchObject({ body: '12345678' })
    await expect(client.get({ url, maxBytes: 9 })).rejects.toThrow(/more than 9 bytes/)
  })

  it('B08 gives up on an answer that never begins, and on a body that drips', async () => {
    const client = createJsonClient({ fetch, timeoutMs: 200 })
    const mute = await serve(() => {})
    await expect(client.get({ url: mute, maxBytes: 100 })).rejects.toThrow(/longer than 200 ms/)
    const drip = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    await expect(client.get({ url: drip, maxBytes: 100_000 })).rejects.toThrow(/longer than 200/)
  })

  it('does not take 304 for an answer to a question that had no ETag', async () => {
    const url = await serve((_request, response) => response.writeHead(304).end())
    const client = createJsonClient({ fetch, timeoutMs: 5_000 })
    await expect(client.get({ url, maxBytes: 10 })).rejects.toThrow(/304/)
    expect(await client.get({ url, maxBytes: 10, etag: '"a"' })).toMatchObject({ status: 304 })
  })

  it('ends what is under way when closed', async () => {
    const client = createJsonClient({ fetch, timeoutMs: 60_000 })
    const url = await serve(() => client.close())
    await expect(client.get({ url, maxBytes: 10 })).rejects.toThrow('closed')
  })
})
