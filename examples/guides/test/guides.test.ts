// The guides of docs/guides, one for each framework: what they show is what runs here.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  AuthorityClient,
  findFreePort,
  runSignet,
  type StartedAuthority,
  startAuthority,
  waitUntil,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PACKAGE = fileURLToPath(new URL('../', import.meta.url))
const GUIDES = fileURLToPath(new URL('../../../docs/guides/', import.meta.url))
const PASSWORD = 'correct horse battery'

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
    token = (await authority.client.signup('ada@example.com', PASSWORD)).body.accessToken
    const made = await runSignet(['user', 'create', 'root@example.com', '--role', 'admin'], {
      cwd: authority.folder,
      stdin: PASSWORD,
      settings: { SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}` },
    })
    expect(made).toMatchObject({ code: 0 })
    admin = (await authority.client.login('root@example.com', PASSWORD)).body.accessToken
  })

  afterAll(() => authority[Symbol.asyncDispose]())

  describe.each(Object.entries(PAGES))('%s.md', (page, file) => {
    it('shows nothing but what runs', async () => {
      const text = await readFile(`${GUIDES}${page}.md`, 'utf8')
      const names = (await readdir(`${PACKAGE}src`)).filter((name) => name.startsWith(page))
      const sources = names.map((name) => readFile(`${PACKAGE}src/${name}`, 'utf8'))
      const source = (await Promise.all(sources)).join('\n')
      const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
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

/** What was built, at another port and for another authority, in a process of its own. */
async function startCopy(
  file: string,
  authority: StartedAuthority,
): Promise<AsyncDisposable & { client: AuthorityClient }> {
  const port = await findFreePort()
  // Inside the package, where its dependencies are found.
  const folder = await mkdtemp(`${PACKAGE}dist/run-`)
  for (const name of await readdir(`${PACKAGE}dist`)) {
    if (!name.endsWith('.js')) continue
    const code = (await readFile(`${PACKAGE}dist/${name}`, 'utf8'))
      .replaceAll('http://localhost:3000', authority.config.issuer)
      .replace(/\b4000\b/, String(port))
    await writeFile(`${folder}/${name}`, code)
  }
  const child = spawn(process.execPath, [`${folder}/${file}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const client = new AuthorityClient(`http://127.0.0.1:${port}`)
  const dispose = async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await rm(folder, { recursive: true })
  }
  try {
    await waitUntil('the service answers', () => {
      if (child.exitCode !== null) throw new Error(`${file} ended`)
      return client.call('/orders').then(
        ({ status }) => status === 401,
        () => false,
      )
    })
  } catch (error) {
    await dispose()
    throw error
  }
  return { client, [Symbol.asyncDispose]: dispose }
}
