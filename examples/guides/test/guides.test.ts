// The guides of docs/guides, one for each framework: what they show is what runs here.
import { readdir, readFile } from 'node:fs/promises'
import { type StartedAuthority, startAuthority } from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdmin } from './create-admin.ts'
import { blocksOf } from './guide.ts'
import { PACKAGE, type Runtime, startCopy } from './start-copy.ts'

/** Each guide, and the file that starts what it shows. */
const PAGES = {
  express: 'express.js',
  fastify: 'fastify.js',
  hono: 'hono.js',
  koa: 'koa.js',
  nestjs: 'nestjs.js',
  fetch: 'fetch-on-node.js',
}

const FETCH = PAGES.fetch

/** What else the guide for plain requests names, and how it says to run it there. */
const ELSEWHERE: Record<string, (binary: string) => Parameters<typeof startCopy>[2] & object> = {
  bun: (binary) => ({
    runtime: { binary, words: (path) => [path] },
    more: { [FETCH]: blocksOf('fetch', 'js').join('\n').replace('./fetch.ts', './fetch.js') },
  }),
  deno: (binary) => ({ runtime: { binary, words: denoWords } }),
}

const denoWords: Runtime['words'] = (path, port) => [
  'serve',
  '--allow-net',
  '--allow-env',
  '--node-modules-dir=manual',
  '--host=127.0.0.1',
  `--port=${port}`,
  path.replace(FETCH, 'fetch.js'),
]

/** Binaries by name, from whoever has them: `npm run prove -- runtimes`. */
const BINARIES: Record<string, string> = JSON.parse(process.env['SIGNET_GUIDE_RUNTIMES'] ?? '{}')

const SERVICES = [
  ...Object.entries(PAGES).map(([page, file]) => ({ page, file, on: 'Node', options: {} })),
  ...Object.entries(BINARIES).map(([name, binary]) => {
    const options = ELSEWHERE[name]?.(binary)
    if (options === undefined) throw new Error(`no guide runs on ${name}`)
    return { page: 'fetch', file: FETCH, on: name, options }
  }),
]

describe('the guides', () => {
  let authority: StartedAuthority
  let token: string
  let admin: string

  beforeAll(async () => {
    authority = await startAuthority()
    token = (await authority.client.signup('ada@example.com', 'correct horse battery')).body
      .accessToken
    admin = await createAdmin(authority)
  })

  afterAll(() => authority[Symbol.asyncDispose]())

  describe.each(SERVICES)('$page on $on', ({ page, file, options }) => {
    it('shows nothing but what runs', async () => {
      const names = (await readdir(`${PACKAGE}src`)).filter((name) => name.startsWith(page))
      const sources = names.map((name) => readFile(`${PACKAGE}src/${name}`, 'utf8'))
      const source = (await Promise.all(sources)).join('\n')
      const blocks = blocksOf(page, 'ts')
      expect(blocks.length).toBeGreaterThan(1)
      expect(blocks.filter((block) => !source.includes(block))).toEqual([])
    })

    it('guards as it says', async () => {
      await using service = await startCopy(file, authority, options)
      const { client } = service

      const nobody = await client.call('/orders')
      expect(nobody).toMatchObject({ status: 401, body: { code: 'credentials_missing' } })
      expect(nobody.headers.get('www-authenticate')).toMatch(/^Bearer realm="/)
      const subject = expect.stringMatching(/^acc_/)
      const orders = await client.call('/orders', { token })
      expect(orders).toMatchObject({ status: 200, body: { hello: subject } })

      const remove = { method: 'DELETE', token }
      const refused = await client.call('/orders/1', remove)
      expect(refused).toMatchObject({ status: 403, body: { code: 'role_insufficient' } })
      expect((await client.call('/orders/1', { ...remove, token: admin })).status).toBe(204)

      const greeting = async (options: { token?: string }) => {
        const { status, body } = await client.call('/greeting', options)
        return [status, body['hello'] ?? body['code']]
      }
      expect(await greeting({})).toEqual([200, 'stranger'])
      expect(await greeting({ token })).toEqual([200, subject])
      expect(await greeting({ token: 'x' })).toEqual([401, 'token_invalid'])

      expect((await client.call('/account/name')).status).toBe(401)
      const account = await client.call('/account/name', { token })
      expect(account).toMatchObject({ status: 200, body: { name: subject } })

      const inWords = await fetch(`${client.url}/report`)
      expect([inWords.status, await inWords.text()]).toEqual([
        401,
        expect.stringContaining('No report for you: credentials_missing'),
      ])
      const report = await fetch(`${client.url}/report`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect([report.status, await report.text()]).toEqual([200, 'All is well\n'])
    })
  })

  it('puts a guard around the whole of a Hono service', async () => {
    await using service = await startCopy('hono-whole.js', authority)
    const { client } = service
    for (const path of ['/orders', '/added-later']) {
      const nobody = await client.call(path)
      expect(nobody).toMatchObject({ status: 401, body: { code: 'credentials_missing' } })
    }
    const orders = await client.call('/orders', { token })
    const hello = expect.stringMatching(/^acc_/)
    expect(orders).toMatchObject({ status: 200, body: { hello } })
    const { status } = await fetch(`${client.url}/added-later`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(status).toBe(404)
  })
})
