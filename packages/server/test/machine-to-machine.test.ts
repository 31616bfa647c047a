import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@signet/guard'
import { protect } from '@signet/guard/express'
import { AuthorityClient, runScript, spawnAuthority, waitUntil } from '@signet/testkit'
import express from 'express'
import { expect, test } from 'vitest'
import { blockAfter } from '../../../test/documents.ts'

const GUIDE = 'docs/guides/machine-to-machine.md'

test(`every block of ${GUIDE} is run here`, async () => {
  const text = await readFile(GUIDE, 'utf8')
  const here = await readFile('packages/server/test/machine-to-machine.test.ts', 'utf8')
  const markers = [...text.matchAll(/<!-- (.+): a test runs these lines -->\n```/g)]
  expect(text.match(/```\w+/g)).toHaveLength(markers.length)
  for (const [, marker] of markers) expect(here).toContain(`'${marker}'`)
})

/** A service whose one route is the guide's. */
async function startOrders(issuer: string) {
  const guard = createGuard({ issuer, audience: issuer })
  const app = express()
  const lines = blockAfter(GUIDE, 'route')
  new Function('app', 'protect', 'guard', lines)(app, protect, guard)
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await guard.ready()
  const { port } = server.address() as AddressInfo
  const client = new AuthorityClient(`http://127.0.0.1:${port}`)
  return {
    ask: async (token: string) => {
      const { status, body } = await client.call<{ caller?: string }>('/orders', { token })
      return [status, body.caller?.replace(/(cli|usr)_.*/, '$1')]
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      guard.close()
    },
  }
}

test(`the blocks of ${GUIDE} do what they promise, one after the other`, async () => {
  await using authority = await spawnAuthority()
  const { folder: cwd } = authority
  const issuer = authority.url.replace('127.0.0.1', 'localhost')
  await using orders = await startOrders(issuer)
  const keep = ['CLIENT', 'SECRET', 'TOKEN']
  let settings = authority.settings

  /** Runs a block as it would go on in the same shell, and answers what it printed. */
  async function runBlock(marker: string, kept: readonly string[] = []): Promise<string> {
    const script = blockAfter(GUIDE, `${marker}: a test`).replaceAll(
      'http://localhost:3000',
      issuer,
    )
    const run = await runScript({ script, cwd, settings, keep: kept })
    settings = { ...settings, ...run.exported }
    return run.stdout
  }

  expect(await runBlock('make')).toMatch(/^cli_[\w-]{22} {2}.* {2}billing /)
  await runBlock('token', keep)
  const token = settings['TOKEN'] ?? ''
  expect(await orders.ask(token)).toEqual([200, 'the program cli'])
  expect(await runBlock('ask')).toContain('{"active":true,"token_type":"Bearer","iss":')
  await runBlock('end')
  await waitUntil('the service refuses', async () => (await orders.ask(token))[0] === 401)
  expect(await runBlock('rotate')).toMatch(/secrets {4}two[\s\S]*secrets {4}one/)
  await runBlock('leaked')
  const secret = (await readFile(`${cwd}/billing-3.secret`, 'utf8')).trim()
  expect(secret).toMatch(/^cs_[\w-]{43}$/)
}, 120_000)
