// docs/guides/behind-nginx.md, on the nginx of Debian: the file that the guide shows is the one that
// runs here, at other ports.
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  AuthorityClient,
  findFreePort,
  findProgram,
  openTempFolder,
  type StartedAuthority,
  sendRaw,
  startAuthority,
  type TempFolder,
  waitUntil,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdmin } from './create-admin.ts'
import { blocksOf } from './guide.ts'
import { PACKAGE, type StartedCopy, startCopy } from './start-copy.ts'
import { type RunningProxy, startProxy } from './start-proxy.ts'

const NGINX = findProgram('nginx')

describe.skipIf(NGINX === null)('behind nginx', () => {
  let authority: StartedAuthority
  let verify: StartedCopy
  let nginx: RunningProxy
  let folder: TempFolder
  let program: Server
  let client: AuthorityClient
  let token: string
  let admin: string
  const seen: { path: string; headers: IncomingHttpHeaders; body: string }[] = []

  beforeAll(async () => {
    folder = await openTempFolder()
    authority = await startAuthority()
    verify = await startCopy('verify.js', authority)
    program = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      seen.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(request.url === '/broken' ? 500 : 200).end('{"by":"the program"}')
    }).listen(0, '127.0.0.1')
    await once(program, 'listening')
    const port = await findFreePort()
    const shown = (await readFile(`${PACKAGE}nginx.conf`, 'utf8'))
      .replace('127.0.0.1:4000', `127.0.0.1:${verify.port}`)
      .replace('127.0.0.1:5000', `127.0.0.1:${(program.address() as AddressInfo).port}`)
      .replace('127.0.0.1:8080', `127.0.0.1:${port}`)
    await writeFile(`${folder.path}/signet.conf`, shown)
    await writeFile(`${folder.path}/nginx.conf`, mainFile())
    nginx = await startProxy({
      program: NGINX ?? '',
      args: ['-p', folder.path, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'],
      port,
      folder,
    })
    client = new AuthorityClient(`http://127.0.0.1:${port}`)
    token = (await authority.client.signup('ada@example.com', 'correct horse battery')).body
      .accessToken
    admin = await createAdmin(authority)
  })

  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]()
    program?.close()
    await verify?.[Symbol.asyncDispose]()
    await authority?.[Symbol.asyncDispose]()
    await folder?.[Symbol.asyncDispose]()
  })

  it('is what the guide shows', async () => {
    expect(blocksOf('behind-nginx', 'nginx')).toEqual([
      await readFile(`${PACKAGE}nginx.conf`, 'utf8'),
    ])
    expect(blocksOf('behind-nginx', 'ts')).toEqual([
      await readFile(`${PACKAGE}src/verify.ts`, 'utf8'),
    ])
  })

  it('lets a good token through, and tells the program who it is', async () => {
    const answer = await client.call('/orders', { body: { item: 'ring' }, token })
    expect(answer).toMatchObject({ status: 200, body: { by: 'the program' } })
    expect(seen.at(-1)).toMatchObject({ path: '/orders', body: '{"item":"ring"}' })
    expect(seen.at(-1)?.headers).toMatchObject({
      'x-identity-subject': expect.stringMatching(/^acc_/),
    })
    expect(seen.at(-1)?.headers.authorization).toBe(undefined)
  })

  it('tells the program nothing that a caller made up', async () => {
    const headers = { 'x-identity-subject': 'acc_admin', x_identity_subject: 'acc_admin' }
    await client.call('/orders', { token, headers: { ...headers, 'X-Identity-Roles': 'admin' } })
    const { headers: received } = seen.at(-1) ?? { headers: {} }
    expect(JSON.stringify(received)).not.toContain('admin')
    const before = seen.length
    expect((await client.call('/orders', { headers })).status).toBe(401)
    expect(seen.length).toBe(before)
  })

  it('answers a refused caller as the guard does', async () => {
    const before = seen.length
    const direct = await verify.client.call('/refusal')
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD']) {
      const answer = await client.call('/orders', { method })
      expect([method, answer.status]).toEqual([method, 401])
      expect(answer.headers.get('www-authenticate')).toBe(direct.headers.get('www-authenticate'))
      if (method !== 'HEAD') expect(answer.body).toEqual(direct.body)
    }
    const bad = await client.call('/orders', { token: 'garbage' })
    expect(bad).toMatchObject({ status: 401, body: { code: 'token_invalid' } })
    expect(bad.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(bad.headers.get('content-type')).toBe('application/problem+json')
    expect(seen.length).toBe(before)
  })

  it('asks for the role where the location does', async () => {
    const refused = await client.call('/admin/users', { token })
    expect(refused).toMatchObject({ status: 403, body: { code: 'role_insufficient' } })
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
    expect((await client.call('/admin/users', { token: admin })).status).toBe(200)
    expect(seen.at(-1)?.headers).toMatchObject({ 'x-identity-roles': 'admin' })
  })

  it('refuses two tokens with 400', async () => {
    const lines = [token, token].map((one) => `Authorization: Bearer ${one}`)
    const request = ['GET /orders HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', '']
    expect(await sendRaw(client.url, request.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('has no way around to the inner locations', async () => {
    expect((await fetch(`${client.url}/.verify`)).status).toBe(404)
    const ask = async (path: string) => {
      const lines = ['Host: x', 'Connection: close', `Authorization: Bearer ${token}`, '', '']
      const answer = await sendRaw(client.url, [`GET ${path} HTTP/1.1`, ...lines].join('\r\n'))
      return answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)
    }
    for (const path of ['//admin/users', '/x/../admin/users', '/%61dmin/users', '/./admin/users']) {
      expect([path, await ask(path)]).toEqual([path, '403'])
    }
  })

  it('leaves the answers of the program alone, and open locations open', async () => {
    expect(await client.call('/broken', { token })).toMatchObject({
      status: 500,
      body: { by: 'the program' },
    })
    expect((await client.call('/health')).status).toBe(200)
  })

  it('refuses a session that has ended, and lets nobody through without the service', async () => {
    const other = (await authority.client.signup('bo@example.com', 'correct horse battery')).body
    expect((await client.call('/orders', { token: other.accessToken })).status).toBe(200)
    await authority.client.logout(other.accessToken)
    await waitUntil('nginx refuses the token', async () => {
      const { body } = await client.call('/orders', { token: other.accessToken })
      return body['code'] === 'token_revoked'
    })
    await verify[Symbol.asyncDispose]()
    const before = seen.length
    const answer = await fetch(`${client.url}/orders`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect([answer.status, seen.length]).toEqual([502, before])
  })
})

/** What surrounds the file of the guide, for an nginx that keeps to one folder. */
function mainFile(): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return [
    'worker_processes 1;',
    'pid nginx.pid;',
    'events {}',
    'http {',
    '  access_log off;',
    ...folders.map((name) => `  ${name}_temp_path ${name};`),
    '  include signet.conf;',
    '}',
  ].join('\n')
}
