// What `signet doctor` finds of TLS between clients and the authority.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openSqliteDatabase } from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkHttps } from '../src/doctor/tls-checks.ts'
import { type CertificateMaker, openCertificates } from './certificates.ts'
import { startDeployment } from './deployment.ts'

const timeout = 120_000

describe('over https', { timeout }, () => {
  let certificates: CertificateMaker

  beforeAll(async () => {
    certificates = await openCertificates()
  })
  afterAll(() => certificates[Symbol.asyncDispose]())

  test('a good certificate is fine; the proxy has to be named', async () => {
    await using database = await openSqliteDatabase()
    const certificate = await certificates.make({ from: -1, until: 60 })
    await using deployment = await startDeployment({ database, certificate })
    const run = await deployment.doctor()
    for (const check of ['issuer', 'https', 'certificate', 'hsts', 'key_set', 'feed']) {
      expect(run.row(check)).toMatchObject({ check, status: 'ok' })
    }
    expect(run.findings).toEqual(['proxy_not_trusted'])
    const trusting = await deployment.doctor({ SIGNET_TRUST_PROXY: '127.0.0.1' })
    expect(trusting.findings).toEqual([])

    deployment.proxy.become({
      onAnswer: (_path, headers) => delete headers['strict-transport-security'],
    })
    const bare = await deployment.doctor()
    expect(bare.row('hsts')).toMatchObject({ status: 'warning', finding: 'hsts_missing' })

    const stranger = await deployment.doctor({ NODE_EXTRA_CA_CERTS: '' })
    expect(stranger.row('certificate').finding).toBe('certificate_untrusted')
    expect(stranger.row('issuer').finding).toBe('issuer_unreachable')
  })

  test.each([
    ['has run out', { from: -30, until: -1 }, 'certificate_expired'],
    ['runs out in three days', { from: -30, until: 3 }, 'certificate_expiring'],
  ])('a certificate that %s is told', async (_name, days, finding) => {
    await using database = await openSqliteDatabase()
    const certificate = await certificates.make(days)
    await using deployment = await startDeployment({ database, certificate })
    const run = await deployment.doctor()
    expect(run.row('certificate').finding).toBe(finding)
  })

  test('http beside https has to lead to it', async () => {
    const issuer = new URL('https://127.0.0.1')
    let answer: { status: number; headers: Record<string, string>; body: string }
    const server = createServer((_request, response) => {
      response.writeHead(answer.status, answer.headers).end(answer.body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    answer = { status: 200, headers: {}, body: '{"issuer":"https://127.0.0.1"}' }
    expect(await checkHttps(issuer, port)).toMatchObject({ finding: 'http_answered' })
    answer = { status: 301, headers: { location: 'https://127.0.0.1/' }, body: '' }
    expect(await checkHttps(issuer, port)).toMatchObject({ status: 'ok' })
    answer = { status: 404, headers: {}, body: '' }
    expect(await checkHttps(issuer, port)).toMatchObject({ status: 'ok' })
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
    expect(await checkHttps(issuer, port)).toMatchObject({
      status: 'ok',
      words: expect.stringContaining('nothing answers'),
    })
  })
})
