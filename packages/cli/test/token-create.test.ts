import {
  exportPem,
  exportPrivateJwk,
  exportPrivatePem,
  generateKey,
  secretKey,
  verify,
} from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, openDesk } from './open-desk.ts'

let desk: Desk
const key = await generateKey('ES256', { kid: 'k1' })
const SECRET = 'a secret that is long enough for HS256, hidden'

beforeAll(async () => {
  desk = await openDesk()
  await desk.put('k.jwk', JSON.stringify(exportPrivateJwk(key)))
  await desk.put('k.pem', exportPrivatePem(key))
  await desk.put('public.pem', exportPem(key))
  await desk.put('oct.jwk', JSON.stringify(exportPrivateJwk(await generateKey('HS256'))))
  await desk.put('secret.txt', `${SECRET}\n`)
  await desk.put('secret.hex', `${Buffer.from(SECRET).toString('hex').toUpperCase()}\r\n`)
  await desk.put('secret.b64', Buffer.from(SECRET).toString('base64'))
})
afterAll(() => desk[Symbol.asyncDispose]())

const CLAIMS = ['--issuer', 'me', '--audience', 'you', '--subject', 'u1', '--expires-in', '15m']
const policy = { issuer: 'me', audience: 'you' }

const create = (...words: string[]) => desk.signet(['token', 'create', ...words])

describe('signet token create', () => {
  test('signs what the options say', async () => {
    const run = await create(
      ...['--key-file', 'k.jwk', ...CLAIMS, '--audience', 'them', '--type', 'at+jwt'],
      ...['--claim', 'roles=["admin"]', '--claim', 'equation="a=b"', '--jwt-id', 'j1'],
      ...['--not-before', '0s', '--now', '2026-11-23T10:00:00Z'],
    )
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const now = Date.parse('2026-11-23T10:00:00Z') / 1000
    const options = { ...policy, type: 'at+jwt', now: () => now }
    const { header, claims } = verify(run.stdout.trim(), key, options)
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
    expect(claims).toEqual({
      ...{ iss: 'me', aud: ['you', 'them'], sub: 'u1', jti: 'j1' },
      ...{ iat: now, nbf: now, exp: now + 900, roles: ['admin'], equation: 'a=b' },
    })
  })

  test.each([
    ['a private key in PEM', ['--key-file', 'k.pem', '--alg', 'ES256'], key],
    ['a secret as text', ['--secret-file', 'secret.txt', '--alg', 'HS256'], null],
    ['a secret in hex', ['--secret-file', 'secret.hex', '--secret-encoding', 'hex'], null],
    ['a secret in base64', ['--secret-file', 'secret.b64', '--secret-encoding', 'base64'], null],
  ])('signs with %s', async (_name, words, verifier) => {
    const alg = words.includes('--alg') ? [] : ['--alg', 'HS256']
    const run = await create(...words, ...alg, ...CLAIMS, '--json')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const secret = secretKey(Buffer.from(SECRET), { algorithm: 'HS256' })
    const { token } = JSON.parse(run.stdout)
    expect(verify(token, verifier ?? secret, policy).claims.sub).toBe('u1')
  })

  test.each<[string, number, string[], RegExp]>([
    ['no key', 2, [...CLAIMS], /either --key-file or --secret-file/],
    ['two keys', 2, [...CLAIMS, '--key-file', 'k.jwk', '--secret-file', 'secret.txt'], /either/],
    ['a public key', 8, [...CLAIMS, '--key-file', 'public.pem', '--alg', 'ES256'], /private key/],
    ['no issuer', 2, CLAIMS.slice(2), /'--issuer <issuer>' not specified/],
    ['no lifetime', 2, CLAIMS.slice(0, -2), /'--expires-in <duration>' not specified/],
    ['a secret without algorithm', 2, [...CLAIMS, '--secret-file', 'secret.txt'], /--alg HS256/],
    ['another algorithm', 8, [...CLAIMS, '--key-file', 'k.jwk', '--alg', 'RS256'], /not RS256/],
    [
      'an asymmetric algorithm for a secret',
      8,
      [...CLAIMS, '--secret-file', 'secret.txt', '--alg', 'ES256'],
      /ES256/,
    ],
    [
      'a secret in another encoding',
      8,
      [...CLAIMS, '--secret-file', 'secret.txt', '--alg', 'HS256', '--secret-encoding', 'hex'],
      /not hex/,
    ],
    ...['k.pem', 'public.pem', 'k.jwk', 'oct.jwk'].map(
      (file): [string, number, string[], RegExp] => [
        `${file} as a secret`,
        8,
        [...CLAIMS, '--secret-file', file, '--alg', 'HS256'],
        /no secret; .*--key-file/,
      ],
    ),
    [
      'the secret in place of its file',
      8,
      [...CLAIMS, '--secret-file', SECRET, '--alg', 'HS256'],
      /--secret-file: there is no such file/,
    ],
    [
      'an unknown way to give the secret',
      2,
      [...CLAIMS, `--secret=${SECRET}`],
      /unknown option '--secret=…'/,
    ],
    ['a claim that is no JSON', 2, ['--claim', `role=${SECRET}`], /role="admin"/],
    ['a claim without name', 2, ['--claim', '="x"'], /name=json/],
    ['a claim given twice', 2, ['--claim', 'a=1', '--claim', 'a=2'], /given twice/],
    [
      'a claim that is an option too',
      2,
      [...CLAIMS, '--key-file', 'k.jwk', '--claim', 'sub="x"'],
      /sub is given twice/,
    ],
    [
      'a lifetime that is none',
      2,
      [...CLAIMS.slice(0, -1), '15 minutes', '--key-file', 'k.jwk'],
      /duration/,
    ],
    ...['1m', '5m', '60'].map((notBefore): [string, number, string[], RegExp] => [
      `a lifetime of 1m that begins after ${notBefore}`,
      2,
      [...CLAIMS.slice(0, -1), '1m', '--not-before', notBefore, '--key-file', 'k.jwk'],
      /never be used/,
    ]),
    [
      'an encoding of no secret',
      2,
      [...CLAIMS, '--key-file', 'k.jwk', '--secret-encoding', 'hex'],
      /--secret-encoding .*--secret-file/,
    ],
    ['a time that is none', 2, ['--now', 'tomorrow'], /2026-11-23T10:00:00Z/],
  ])('refuses %s with %i, and repeats no secret', async (_name, code, words, why) => {
    const run = await create(...words)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(why)
    expect(run.stderr).not.toContain('hidden')
    expect(run.stderr).not.toMatch(/^ +at /m)
  })
})
