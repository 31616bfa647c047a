// How each contestant is started, in a process of its own, and what is walked against it. Each has
// `start()`, which answers at least `{ process, refreshers(count) }`, and `logins`, `clients` likewise.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '@signet/testkit'
import { startProcess } from '../measure/processes.mjs'
import * as walkers from './walkers.mjs'

const SIGNET = fileURLToPath(new URL('../../packages/cli/bin/signet.mjs', import.meta.url))

const pathOf = (url) => fileURLToPath(url)
const BARE = pathOf(new URL('./servers/bare.mjs', import.meta.url))
const OIDC_PROVIDER = pathOf(new URL('./servers/oidc-provider.mjs', import.meta.url))
const BETTER_AUTH = pathOf(new URL('./servers/better-auth.mjs', import.meta.url))

/** A folder that is gone when this process is. */
export function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const BARE_SERVERS = {
  sign: { name: 'bare server that signs', ask: walkers.askBare },
  verify: { name: 'bare server that verifies', ask: walkers.askBare },
  update: { name: 'bare server that signs and writes a row of PostgreSQL', ask: walkers.askBare },
  constant: { name: 'bare server, constant answer', ask: walkers.askConstant },
}

/** @param mode `sign`, `verify`, `constant`, or `update` with the URL of an empty database */
export function bareServer(mode, databaseUrl) {
  const { name, ask } = BARE_SERVERS[mode]
  return {
    name,
    async start() {
      const port = await findFreePort()
      const args = [BARE, String(port), mode]
      const env = { DATABASE_URL: databaseUrl }
      const process = await startProcess({ args, port, path: '/', env })
      const asked = (count) => times(count, () => ask(port))
      return {
        process,
        refreshers: asked,
        clients: asked,
        introspectors: (count) =>
          times(count, async () => {
            const { accessToken } = await (await fetch(`http://127.0.0.1:${port}/`)).json()
            return walkers.introspect({ port, token: accessToken })
          }),
      }
    },
  }
}

/**
 * The authority as `signet serve` runs it, its log written to a file, on the SQLite file of a new
 * folder or on the PostgreSQL database at `databaseUrl`. Every start finds what the last one left.
 */
export function signet({ name, databaseUrl }) {
  const folder = openFolder()
  const settings = {
    SIGNET_ISSUER: 'http://localhost:3000',
    SIGNET_FEED_ACCESS: 'open',
    SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS: 'true',
    SIGNET_SECRET: randomBytes(32).toString('base64url'),
    SIGNET_DATABASE_URL: databaseUrl ?? `sqlite:${join(folder, 'signet.db')}`,
  }
  return {
    name,
    folder,
    async start() {
      const port = await findFreePort()
      const process = await startProcess({
        args: [SIGNET, 'serve'],
        port,
        path: '/.well-known/jwks.json',
        cwd: folder,
        env: { ...settings, SIGNET_PORT: String(port) },
        output: openSync(join(folder, 'log'), 'a'),
      })
      return {
        process,
        port,
        secret: settings.SIGNET_SECRET,
        refreshers: (count) =>
          times(count, async () => {
            const { body } = await call(port, '/signup', newPerson())
            return walkers.refreshSignet(port, body.refreshToken)
          }),
        logins: (count) =>
          times(count, async () => {
            const person = newPerson()
            await call(port, '/signup', person)
            return walkers.loginSignet(port, person.email)
          }),
        clients: (count) => {
          const words = ['--scope', 'orders:read', '--audience', settings.SIGNET_ISSUER]
          const { id, secret } = createClient({ folder, settings, words })
          const client = { port, path: '/oauth/token', id, secret }
          return times(count, () => walkers.askForClient(client))
        },
        introspectors: (count) => {
          const client = createClient({ folder, settings, words: ['--right', 'introspect'] })
          return times(count, async () => {
            const { body } = await call(port, '/signup', newPerson())
            return walkers.introspect({ port, token: body.accessToken, client })
          })
        },
      }
    },
  }
}

export const oidcProvider = {
  name: 'oidc-provider, memory store',
  async start() {
    const port = await findFreePort()
    const process = await startProcess({ args: [OIDC_PROVIDER, String(port)], port, path: '/jwks' })
    return {
      process,
      // Its memory store gets slower with the length of a chain of refresh tokens.
      isRenewed: true,
      async refreshers(count) {
        const answer = await fetch(`http://127.0.0.1:${port}/grants?count=${count}`)
        return (await answer.json()).map((token) => walkers.refreshOidcProvider(port, token))
      },
      clients: (count) =>
        times(count, () =>
          walkers.askForClient({
            port,
            path: '/token',
            id: 'machine',
            secret: 'a secret of a machine that nobody guesses'.replaceAll(' ', '+'),
            form: { resource: 'urn:bench:api', scope: 'orders:read' },
          }),
        ),
    }
  },
}

export const betterAuth = {
  name: 'better-auth, memory store',
  async start() {
    const port = await findFreePort()
    const args = [BETTER_AUTH, String(port)]
    const process = await startProcess({ args, port, path: '/api/auth/ok' })
    const signUp = (person) => call(port, '/api/auth/sign-up/email', { ...person, name: 'Ada' })
    return {
      process,
      refreshers: (count) =>
        times(count, async () => {
          const { headers } = await signUp(newPerson())
          const [cookie] = headers.get('set-cookie').split(';')
          return walkers.askBetterAuth(port, cookie)
        }),
      logins: (count) =>
        times(count, async () => {
          const person = newPerson()
          await signUp(person)
          return walkers.loginBetterAuth(port, person.email)
        }),
    }
  },
}

/** One client of an authority that runs, by the command line. */
function createClient({ folder, settings, words }) {
  const args = [SIGNET, 'client', 'create', 'bench', '--json', ...words]
  const env = { ...process.env, ...settings }
  return JSON.parse(execFileSync(process.execPath, args, { cwd: folder, env }).toString())
}

function newPerson() {
  return { email: `${randomBytes(8).toString('hex')}@example.com`, password: walkers.PASSWORD }
}

async function call(port, path, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    // better-auth asks where a request comes from.
    headers: { 'content-type': 'application/json', origin: `http://localhost:${port}` },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`)
  return { headers: answer.headers, body: JSON.parse(text) }
}

function times(count, create) {
  return Promise.all(Array.from({ length: count }, create))
}
