import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import {
  findFreePort,
  openTempFolder,
  runSignet,
  startAuthority,
  type TempFolder,
  waitUntil,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockAfter } from '../../../test/documents.ts'

const run = promisify(execFile)

let folder: TempFolder

/** A certificate of its own that calls itself `name`, and its key. */
async function makePair(name: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [`${name}.crt`, `${name}.key`].map((file) => join(folder.path, file)) as [
    string,
    string,
  ]
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30'
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  await run('openssl', [...words.split(' '), ...names, '-keyout', key, '-out', cert])
  return { cert, key }
}

interface Seen {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  /** What the certificate calls itself. */
  readonly name: string
  readonly protocol: string | null
}

/** Over a connection of its own, whoever signed the certificate. */
function ask(port: number, path = '/health/live'): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const options = { port, path, host: '127.0.0.1', rejectUnauthorized: false, agent: false }
    request(options, (response) => {
      const socket = response.socket as TLSSocket
      const name = String(socket.getPeerCertificate().subject.CN)
      const protocol = socket.getProtocol()
      response.resume().on('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, name, protocol })
      })
    })
      .on('error', reject)
      .end()
  })
}

beforeAll(async () => {
  folder = await openTempFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Serves from files that are replaced as whoever renews certificates does it. */
async function startWithTls() {
  const first = await makePair('first')
  const files = { cert: join(folder.path, 'tls.crt'), key: join(folder.path, 'tls.key') }
  const put = async (what: 'cert' | 'key', from: string) => {
    await copyFile(from, `${files[what]}.new`)
    await rename(`${files[what]}.new`, files[what])
  }
  await put('cert', first.cert)
  await put('key', first.key)
  const port = await findFreePort()
  const authority = await startAuthority({
    settings: {
      SIGNET_PORT: String(port),
      SIGNET_ISSUER: `https://localhost:${port}`,
      SIGNET_TLS_CERT: files.cert,
      SIGNET_TLS_KEY: files.key,
    },
  })
  const heard = (type: string) =>
    authority.logged.filter((line) => JSON.parse(line).event?.type === type)
  return { authority, port, files, put, heard }
}

describe('TLS of its own', () => {
  test('is served from the files, in its newer versions, with HSTS on every answer', async () => {
    const { authority, port } = await startWithTls()
    await using _ = authority
    for (const path of ['/health/live', '/nothing', '/api/profile']) {
      const { headers, name, protocol } = await ask(port, path)
      expect([name, protocol]).toEqual(['first', 'TLSv1.3'])
      expect(headers['strict-transport-security']).toBe('max-age=31536000')
    }
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow()
  })

  test('takes new files while it runs, and keeps the old ones where the new are broken', async () => {
    const { authority, port, put, heard, files } = await startWithTls()
    await using _ = authority
    const second = await makePair('second')
    // Half a renewal: the new certificate with the old key.
    await put('cert', second.cert)
    await waitUntil('the half is refused', () => heard('tls_unusable').length === 1)
    expect((await ask(port)).name).toBe('first')
    expect(heard('tls_unusable')[0]).toContain('the key is not that of the certificate')
    await put('key', second.key)
    await waitUntil('the pair is taken', async () => (await ask(port)).name === 'second')
    await waitUntil('and said', () => heard('tls_renewed').length === 1)

    await writeFile(files.cert, randomBytes(500))
    await waitUntil('what is no certificate is refused', () => heard('tls_unusable').length === 2)
    expect((await ask(port)).status).toBe(200)
    expect((await ask(port)).name).toBe('second')
    const secret = (await readFile(files.key, 'utf8')).split('\n')[1] ?? '-'
    expect(authority.logged.join('')).not.toContain(secret)
  })

  test('is not started with files that do not fit', async () => {
    const [one, other] = [await makePair('one'), await makePair('other')]
    const refused = async (changes: Record<string, string>) => {
      const { code, stderr } = await runSignet(['dev'], {
        cwd: folder.path,
        settings: {
          SIGNET_ISSUER: 'https://login.example.com',
          SIGNET_TLS_CERT: one.cert,
          SIGNET_TLS_KEY: other.key,
          ...changes,
        },
      })
      expect(code).toBe(2)
      return stderr
    }
    expect(await refused({})).toContain('the key is not that of the certificate')
    expect(await refused({ SIGNET_TLS_CERT: '/nowhere.crt' })).toContain('cannot be read (ENOENT)')
    expect(await refused({ SIGNET_TLS_KEY: '' })).toContain('belong together')
    const plain = await refused({ SIGNET_TLS_KEY: one.key, SIGNET_ISSUER: 'http://localhost:3000' })
    expect(plain).toContain('must be https where SIGNET_TLS_CERT is given')
  })
})

test('an issuer that is not https has no HSTS, and is refused outside of this machine', async () => {
  await using authority = await startAuthority()
  const { headers } = await fetch(`${authority.url}/health/live`)
  expect(headers.get('strict-transport-security')).toBe(null)
  const { code, stderr } = await runSignet(['serve'], {
    cwd: folder.path,
    settings: { SIGNET_ISSUER: 'http://login.example.com', SIGNET_SECRET: 'x' },
  })
  expect(code).toBe(2)
  expect(stderr).toContain('SIGNET_ISSUER must be https')
})

test('the settings of docs/operations/tls.md are those that exist', async () => {
  const names = blockAfter('docs/operations/tls.md', 'settings: a test').match(/SIGNET_\w+/g) ?? []
  const example = await readFile('.env.example', 'utf8')
  expect(names).toHaveLength(3)
  for (const name of names) expect(example).toContain(`#${name}=`)
})
