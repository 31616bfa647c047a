// The guides of docs/guides, one for each framework: what they show is what runs here.
import { readdir, readFile } from 'node:fs/promises'
import { type StartedAuthority, startAuthority } from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdmin } from './create-admin.ts'
import { blocksOf } from './guide.ts'
import { PACKAGE, startCopy } from './start-copy.ts'

/** Each guide, and the file that starts what it shows. */
const PAGES = {
  express: 'express.js',
  fastify: 'fastify.js',
  hono: 'hono.js',
  koa: 'koa.js',
  nestjs: 'nestjs.js',
  fetch: 'fetch-on-node.js',
}

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

  describe.each(Object.entries(PAGES))('%s.md', (page, file) => {
    it('shows nothing but what runs', async () => {
      const names = (await readdir(`${PACKAGE}src`)).filter((name) => name.startsWith(page))
      const sources = names.map((name) => readFile(`${PACKAGE}src/${name}`, 'utf8'))
      const source = (await Promise.all(sources)).join('\n')
      const blocks = blocksOf(page, 'ts')
      expect(blocks.length).toBeGreaterThan(1)
      expect(blocks.filter((block) => !source.includes(block))).toEqual([])
    })

    it('guards as it says', async () => {
      await using service = await startCopy(file, authority)
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
})
