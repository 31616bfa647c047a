import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { runSignet, SIGNET_BIN, startAuthority, waitUntil } from '@signet/testkit'
import {
  exportJwk,
  exportPem,
  exportPrivateJwk,
  generateKey,
  type SignOptions,
  secretKey,
  sign,
} from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IssuerDouble, openIssuer } from './issuer-double.ts'
import { type Desk, openDesk } from './open-desk.ts'

let desk: Desk
const key = await generateKey('ES256', { kid: 'k1' })
const other = await generateKey('ES256', { kid: 'k1' })
const stranger = await generateKey('ES256', { kid: 'k2' })
const published = await generateKey('HS256')
const SECRET = 'a secret that is long enough for HS256, hidden'

beforeAll(async () => {
  desk = await openDesk()
  await desk.put('k.jwk', JSON.stringify(exportJwk(key)))
  await desk.put('k.pem', exportPem(key))
  await desk.put('set.json', JSON.stringify({ keys: [exportJwk(key)] }))
  await desk.put('rsa.jwk', JSON.stringify(exportPrivateJwk(await generateKey('RS256'))))
  await desk.put('secret.txt', `${SECRET}\n`)
  // Made for this test alone; good until 2126, which nobody asks.
  await desk.put('cert.pem', CERTIFICATE)
})
afterAll(() => desk[Symbol.asyncDispose]())

const options: SignOptions = { issuer: 'me', audience: 'you', subject: 'u1', expiresIn: '15m' }
const POLICY = ['--issuer', 'me', '--audience', 'you']
const KEY = ['--key-file', 'k.jwk']

function verify(words: readonly string[], stdin: string) {
  return desk.signet(['token', 'verify', ...words], stdin)
}

describe('signet token verify', () => {
  test.each([
    ['a JWK', KEY],
    ['a JWK set as key file', ['--key-file', 'set.json']],
    ['a JWK set', ['--jwks-file', 'set.json']],
    ['PEM', ['--key-file', 'k.pem', '--alg', 'ES256']],
  ])('accepts with 0 what %s accepts, and prints the claims', async (_name, source) => {
    const run = await verify([...source, ...POLICY], `Bearer ${sign({ a: 1 }, key, options)}\n`)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/^Accepted\. /)
    expect(run.stdout).toMatch(/^ {2}sub +u1 /m)
  })

  test('accepts what a secret signed, out of a file, and prints JSON', async () => {
    const secret = secretKey(Buffer.from(SECRET), { algorithm: 'HS256' })
    await desk.put('t.txt', sign({}, secret, { ...options, type: 'at+jwt' }))
    const source = ['--secret-file', 'secret.txt', '--alg', 'HS256']
    const run = await verify(['t.txt', ...source, ...POLICY, '--type', 'at+jwt', '--json'], '')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(run.stdout)).toMatchObject({
      accepted: true,
      header: { alg: 'HS256' },
      claims: { sub: 'u1' },
      revocation: 'not-asked',
    })
  })

  test('accepts with the key of a certificate', async () => {
    const source = ['--key-file', 'cert.pem', '--alg', 'ES256']
    // The key in it is not the one that signed: it was read, and said no.
    const run = await verify([...source, ...POLICY], sign({}, key, options))
    expect(run.code).toBe(4)
  })

  test('a public key, a certificate or a JWK is no secret that a token could be signed with', async () => {
    const texts = [
      exportPem(key),
      CERTIFICATE,
      JSON.stringify(exportJwk(key)),
      `\ufeff${exportPem(key)}`,
    ]
    for (const text of texts) {
      await desk.put('confused', text)
      const secret = secretKey(Buffer.from(text.replace(/\n$/, '')), { algorithm: 'HS256' })
      const source = ['--secret-file', 'confused', '--alg', 'HS256']
      const run = await verify([...source, ...POLICY], sign({}, secret, options))
      expect(run).toMatchObject({ code: 8, stdout: '' })
      expect(run.stderr).toMatch(/^signet: --secret-file: .*no secret; [^\n]*--key-file\n$/)
    }
  })

  test('shows no secret of what it accepts, however far in', async () => {
    const db = { password: 'hunter2', list: [{ api_key: 'AKIAABCDEFGHIJKLMNOP' }] }
    const run = await verify([...KEY, ...POLICY], sign({ db }, key, options))
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('(not shown: password)')
    expect(run.stdout).not.toMatch(/hunter2|AKIA/)
  })

  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.AAAA`
  test.each<[string, number, string, string[], string]>([
    ['garbage', 3, 'token_malformed', [], 'garbage, hidden'],
    ['binary input', 3, 'token_malformed', [], '\u0000\u0001hidden\u0080'],
    ['another encoding', 3, 'token_malformed', [], `${sign({}, key, options)}=`],
    ['a large token', 3, 'token_too_large', [], `hidden.${'a'.repeat(9_000)}.c`],
    ['a token without algorithm', 4, 'algorithm_unsupported', [], unsigned],
    ['a signature by another key', 4, 'signature_invalid', [], sign({}, other, options)],
    [
      'another algorithm than the key has',
      4,
      'algorithm_mismatch',
      [],
      sign({}, secretKey(Buffer.from(SECRET), { algorithm: 'HS256' }), options),
    ],
    [
      'an expired token',
      5,
      'token_expired',
      ['--now', '2100-01-01T00:00:00Z'],
      sign({}, key, options),
    ],
    ['a token of tomorrow', 5, 'token_not_yet_valid', ['--now', '1'], sign({}, key, options)],
    ['another issuer', 6, 'issuer_mismatch', [], sign({}, key, { ...options, issuer: 'x' })],
    ['another audience', 6, 'audience_mismatch', [], sign({}, key, { ...options, audience: 'x' })],
    ['another type', 6, 'type_mismatch', ['--type', 'at+jwt'], sign({}, key, options)],
    [
      'a key id that is not in the set',
      8,
      'key_not_found',
      [],
      sign({}, key, options).replace(
        /^[^.]+/,
        Buffer.from('{"alg":"ES256","kid":"hidden"}').toString('base64url'),
      ),
    ],
  ])('refuses %s with %i', async (_name, code, reason, words, token) => {
    const run = await verify([...KEY, ...POLICY, ...words], token)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(/^signet: [^\n]+\n$/)
    expect(run.stderr).toContain(`[${reason}]`)
    expect(run.stderr).not.toContain('hidden')
    expect(run.stderr).not.toContain(token)
  })

  const NOW = Date.parse('2026-11-23T10:00:00Z') / 1000
  const EARLIER = { ...options, now: () => NOW - 3 * 3600 - 900 }
  const LATER = { ...options, now: () => NOW + 300 }
  const FAR = `ghp_${'x'.repeat(36)}`
  test.each<[string, string, string, object]>([
    [
      'iss',
      sign({}, key, { ...options, issuer: 'they' }),
      'expected "me", found "they"',
      { expected: 'me', found: 'they' },
    ],
    [
      'no typ',
      sign({}, key, { ...options, type: null }),
      'expected "at+jwt", found none',
      { expected: 'at+jwt' },
    ],
    ['typ', sign({}, key, options), 'expected "at+jwt", found "JWT"', { found: 'JWT' }],
    [
      'aud',
      sign({}, key, { ...options, audience: ['a', 'b'] }),
      'expected "you", found "["a","b"]"',
      { expected: ['you'], found: '["a","b"]' },
    ],
    [
      'a long iss',
      sign({}, key, { ...options, issuer: 'i'.repeat(99) }),
      `found "${'i'.repeat(80)}…"`,
      {},
    ],
    [
      'a secret as iss',
      sign({}, key, { ...options, issuer: FAR }),
      'found "(not shown: secret)"',
      {},
    ],
    [
      'a person as aud',
      sign({}, key, { ...options, audience: ['ada@example.com'] }),
      'found "["(not shown: email)"]"',
      {},
    ],
    [
      'exp',
      sign({}, key, EARLIER),
      'it expired 3 hours ago, at 2026-11-23 07:00:00 UTC',
      { at: '2026-11-23T07:00:00.000Z', secondsAgo: 3 * 3600 },
    ],
    [
      'nbf',
      sign({}, key, LATER),
      'it begins in 5 minutes, at 2026-11-23 10:05:00 UTC',
      { secondsAgo: -300 },
    ],
    ['kid', sign({}, stranger, options), 'the keys given are "k1"', { keyIds: ['k1'] }],
  ])('a refusal tells what is expected and found of %s', async (name, token, words, facts) => {
    const type = name.endsWith('typ') ? ['--type', 'at+jwt'] : []
    const at = /exp|nbf/.test(name) ? ['--now', String(NOW)] : []
    const run = await verify([...KEY, ...POLICY, ...type, ...at, '--json'], token)
    expect(run.stderr).toContain(`]: ${words.startsWith('found') ? '' : words}`)
    expect(run.stderr).toContain(words)
    expect(run.stderr).not.toMatch(/ghp_|ada@/)
    expect(JSON.parse(run.stdout)).toMatchObject(facts)
    expect(run.stdout).not.toMatch(/ghp_|ada@/)
  })

  test('takes the one token out of what it was copied in', async () => {
    const token = sign({}, key, options)
    const again = sign({ a: 1 }, key, options)
    const ask = [...KEY, ...POLICY]
    for (const text of [
      `Authorization: Bearer ${token}`,
      `curl -H 'Authorization: Bearer ${token}' https://x.example`,
      `Set-Cookie: session=${token}; HttpOnly`,
      JSON.stringify({ access_token: token, refresh_token: `rt_${'x'.repeat(75)}` }),
      JSON.stringify({ access_token: token, id_token: token }),
    ]) {
      expect(await verify(ask, text)).toMatchObject({ code: 0, stderr: '' })
    }
    const both = await verify(ask, JSON.stringify({ access_token: token, id_token: again }))
    expect(both).toMatchObject({ code: 2, stdout: '' })
    expect(both.stderr).toMatch(/^signet: there are 2 tokens in it: .*explain[^\n]*\n$/)
    expect((await verify(ask, 'no token in here')).code).toBe(3)
  })

  test('refuses on stdout too with --json', async () => {
    const token = sign({}, key, { ...options, audience: 'x' })
    const run = await verify([...KEY, ...POLICY, '--json'], token)
    expect(run.code).toBe(6)
    const message = expect.any(String)
    const facts = { expected: ['you'], found: 'x' }
    const refusal = { accepted: false, code: 'audience_mismatch', claim: 'aud', message, ...facts }
    expect(JSON.parse(run.stdout)).toEqual(refusal)
  })

  test.each<[string, number, string[], string, RegExp]>([
    ['nothing on stdin', 2, [...KEY, ...POLICY], ' \n', /nothing came in on stdin/],
    ['no key', 2, POLICY, 'x', /--key-file, --jwks-file, --secret-file or --fetch-keys/],
    ['two keys', 2, [...KEY, '--jwks-file', 'set.json', ...POLICY], 'x', /not several/],
    ['one stdin for both', 2, ['--key-file', '-', ...POLICY], 'x', /not both/],
    ['no issuer', 2, [...KEY, '--audience', 'you'], 'x', /--issuer is needed/],
    ['no audience', 2, [...KEY, '--issuer', 'me'], 'x', /--audience is needed/],
    ['an issuer and any issuer', 2, [...KEY, ...POLICY, '--any-issuer'], 'x', /cannot be used/],
    ['a missing token file', 2, ['no.txt', ...KEY, ...POLICY], '', /no\.txt: there is no such/],
    ['a secret as a file', 2, ['ghp_hidden', ...KEY, ...POLICY], '', /the file: there is no such/],
    ['a folder as token', 2, ['.', ...KEY, ...POLICY], '', /\.: this is a folder/],
    [
      'a missing key file',
      8,
      ['--key-file', 'no.pem', ...POLICY],
      'x',
      /--key-file no\.pem: there is no/,
    ],
    ['no set as set', 8, ['--jwks-file', 'k.jwk', ...POLICY], 'x', /not a JWK set/],
    ['a key of another kind', 8, [...KEY, '--alg', 'RS256', ...POLICY], 'x', /not RS256/],
    ['10 MB', 3, [...KEY, ...POLICY], 'hidden'.repeat(1_700_000), /more than 1024 KiB/],
  ])('refuses %s with %i and one line', async (_name, code, words, stdin, why) => {
    const run = await verify(words, stdin)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(why)
    expect(run.stderr).not.toMatch(/hidden|^ +at /m)
    expect(run.stderr.split('\n').length).toBeLessThanOrEqual(3)
  })

  test('waived checks are not made', async () => {
    const words = ['--any-issuer', '--any-audience']
    expect(await verify([...KEY, ...words], sign({}, key, { expiresIn: '1m' }))).toMatchObject({
      code: 0,
    })
  })

  test('a token in the words of the command is refused, wherever it stands', async () => {
    const token = sign({}, key, options)
    const runs = await Promise.all([
      verify([token, ...KEY, ...POLICY], ''),
      verify([`Bearer ${token}`, ...KEY, ...POLICY], ''),
      desk.signet(['token', token]),
      desk.signet([token]),
      verify([...KEY, `--token=${token}`], ''),
    ])
    for (const run of runs) {
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).not.toContain(token.slice(0, 40))
    }
    expect(runs[0].stderr).toContain('process list')
  })

  test.skipIf(process.platform !== 'linux')(
    'neither token nor secret shows in the process list while it runs',
    async () => {
      const source = ['--secret-file', 'secret.txt', '--alg', 'HS256']
      const child = spawn(process.execPath, [SIGNET_BIN, 'token', 'verify', ...source, ...POLICY], {
        cwd: desk.folder,
      })
      const token = sign({}, secretKey(Buffer.from(SECRET), { algorithm: 'HS256' }), options)
      child.stdin.write(token)
      const listed = () => readFile(`/proc/${child.pid}/cmdline`, 'utf8')
      await waitUntil('it is listed', async () => (await listed()).includes('secret.txt'))
      const line = await listed()
      child.stdin.end()
      await Promise.all([text(child.stdout), once(child, 'close')])
      expect(child.exitCode).toBe(0)
      expect(line).not.toContain(token)
      expect(line).not.toContain(SECRET)
    },
  )
})

describe('signet token verify --fetch-keys', () => {
  const METADATA = '/.well-known/openid-configuration'
  const OAUTH = '/.well-known/oauth-authorization-server'

  function answerKeys(issuer: IssuerDouble, metadata: object = {}): void {
    issuer.answer(METADATA, { issuer: issuer.url, jwks_uri: `${issuer.url}/keys`, ...metadata })
    issuer.answer('/keys', { keys: [exportJwk(key)] })
  }

  function fetchAndVerify(issuer: string, claims: { jti?: string } = {}) {
    const token = sign(claims, key, { ...options, issuer })
    return verify(['--fetch-keys', '--issuer', issuer, '--audience', 'you'], token)
  }

  test('says each address, then fetches it, and checks', async () => {
    await using issuer = await openIssuer()
    answerKeys(issuer)
    const run = await fetchAndVerify(issuer.url)
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('a key from the issuer that you named')
    expect(run.stderr).toBe(
      `signet: fetching ${issuer.url}${METADATA}\nsignet: fetching ${issuer.url}/keys\n`,
    )
    expect(issuer.asked).toEqual([METADATA, '/keys'])
  })

  test('reads OAuth metadata where there is no OpenID configuration', async () => {
    await using issuer = await openIssuer()
    issuer.answer(`${OAUTH}/tenant`, {
      issuer: `${issuer.url}/tenant`,
      jwks_uri: `${issuer.url}/keys`,
    })
    issuer.answer('/keys', { keys: [exportJwk(key)] })
    expect((await fetchAndVerify(`${issuer.url}/tenant`)).code).toBe(0)
  })

  test('fetches nothing that stands in the token, and nothing for what is no token', async () => {
    await using issuer = await openIssuer()
    await using elsewhere = await openIssuer()
    answerKeys(issuer)
    answerKeys(elsewhere)
    const ask = ['--fetch-keys', '--issuer', issuer.url, '--audience', 'you']
    const token = sign({}, key, { ...options, issuer: elsewhere.url })
    const header = { alg: 'ES256', kid: 'k1', jku: `${elsewhere.url}/keys` }
    const forged = token.replace(
      /^[^.]+/,
      Buffer.from(JSON.stringify(header)).toString('base64url'),
    )
    expect((await verify(ask, token)).code).toBe(6)
    expect((await verify(ask, forged)).code).not.toBe(0)
    const before = issuer.asked.length
    expect((await verify(ask, 'garbage')).code).toBe(3)
    expect(issuer.asked.length).toBe(before)
    expect(elsewhere.asked).toEqual([])
  })

  const redirect = (_request: unknown, response: ServerResponse) =>
    response.writeHead(302, { location: '/elsewhere' }).end()
  const flood = (_request: unknown, response: ServerResponse) =>
    response.end(JSON.stringify(' '.repeat(300_000)))
  const fail = (_request: unknown, response: ServerResponse) => response.writeHead(500).end()
  const babble = (_request: unknown, response: ServerResponse) => response.end('<html>')
  test.each<[string, string, unknown, RegExp]>([
    ['a redirect', METADATA, redirect, /could not be fetched/],
    ['metadata of another issuer', METADATA, { issuer: 'http://localhost' }, /another name/],
    ['metadata that is no object', METADATA, 7, /no metadata/],
    ['an answer that is no JSON', METADATA, babble, /not answer JSON/],
    ['an error', METADATA, fail, /answered 500/],
    ['a flood', '/keys', flood, /more than 256 KiB/],
    ['an empty set', '/keys', { keys: [] }, /no key that can be used/],
    ['a published secret', '/keys', { keys: [exportPrivateJwk(published)] }, /publishes a secret/],
  ])('gives up with 8 at %s', async (_name, path, body, why) => {
    await using issuer = await openIssuer()
    answerKeys(issuer)
    issuer.answer(path, body)
    const run = await fetchAndVerify(issuer.url)
    expect(run).toMatchObject({ code: 8, stdout: '' })
    expect(run.stderr).toMatch(why)
  })

  test('never follows an announcement to where it would not go by itself', async () => {
    await using issuer = await openIssuer()
    answerKeys(issuer, { jwks_uri: 'http://192.0.2.1/keys' })
    const run = await fetchAndVerify(issuer.url)
    expect(run.code).toBe(8)
    expect(run.stderr).toContain('not safe to fetch')
    expect(run.stderr).not.toContain('192.0.2.1')
  })

  test.each(['http://login.example', 'ftp://127.0.0.1', 'me', 'http://127.0.0.1:1/?q'])(
    'asks no issuer like %s',
    async (issuer) => {
      const run = await fetchAndVerify(issuer)
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toContain('https')
      expect(run.stderr).not.toContain('fetching')
    },
  )

  test('an issuer that is not there is 8', async () => {
    const run = await fetchAndVerify('http://127.0.0.1:1')
    expect(run.code).toBe(8)
    expect(run.stderr).toMatch(/could not be fetched: [^\n]+\n$/)
  })

  test('asks the feed of an authority: 0 before the logout and 7 after it', async () => {
    await using authority = await startAuthority()
    const { issuer } = authority.config
    const { body } = await authority.client.signup('ada@example.com', 'correct horse battery')
    const words = ['--fetch-keys', '--issuer', issuer, '--audience', issuer, '--type', 'at+jwt']
    const before = await verify(words, body.accessToken)
    expect(before.code).toBe(0)
    expect(before.stdout).toContain('not revoked')
    await authority.client.logout(body.accessToken)
    const after = await verify([...words, '--json'], body.accessToken)
    expect(after.code).toBe(7)
    expect(JSON.parse(after.stdout)).toMatchObject({ accepted: false, code: 'token_revoked' })
    expect(after.stderr).toMatch(/revoked \[token_revoked\]/)
  })

  test('says so where the feed wants credentials, and is 8 where it is silent', async () => {
    await using issuer = await openIssuer()
    answerKeys(issuer, { revocation_stream_endpoint: `${issuer.url}/stream` })
    const claims = { jti: 'j1' }
    issuer.answer('/stream', (_request: unknown, response: ServerResponse) =>
      response.writeHead(401).end(),
    )
    const closed = await fetchAndVerify(issuer.url, claims)
    expect(closed.code).toBe(0)
    expect(closed.stderr).toContain('wants credentials')
    expect(closed.stdout).toContain('Whether it was revoked was not asked')
    issuer.answer('/stream', fail)
    expect((await fetchAndVerify(issuer.url, claims)).code).toBe(8)
  })

  test('half of a client in the environment is told as what it is', async () => {
    await using issuer = await openIssuer()
    answerKeys(issuer, { revocation_stream_endpoint: `${issuer.url}/stream` })
    const token = sign({ jti: 'j1' }, key, { ...options, issuer: issuer.url })
    const run = await runSignet(
      ['token', 'verify', '--fetch-keys', '--issuer', issuer.url, '--audience', 'you'],
      { cwd: desk.folder, stdin: token, settings: { SIGNET_CLIENT_ID: 'cli_1' } },
    )
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/cannot be asked: [^\n]*SIGNET_CLIENT_SECRET_FILE[^\n]*\n$/)
  })
})

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUChjtIwP4t1rObKsVbv53vvYLecIwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjMwNDA4MTdaGA8yMTI2MTAzMDA0MDgx
N1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJWX
7Fnh8taWiD1moWuJdYwiw2HI4PWhwF0mWmiSbSvhqCTOlYHVyhBkGd/BApWx7BPi
6/bxMuac/lyUq8e2ZjqjUzBRMB0GA1UdDgQWBBSMg6P70kGgwfiXXGurhu+846wP
fjAfBgNVHSMEGDAWgBSMg6P70kGgwfiXXGurhu+846wPfjAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCICk35v5kGhztNA9F/E/YABXtZd3MuWmu4Dx4
3ohn6YiLAiEAiky6QEIvqDYYIkU6QhDarxuow0xZOVd121xwz//iv/c=
-----END CERTIFICATE-----
`
