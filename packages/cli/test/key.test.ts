import { chmod, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exportPem, generateKey, importJwk, importPem, thumbprint } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, openDesk } from './open-desk.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk[Symbol.asyncDispose]())

const create = (...words: string[]) => desk.signet(['key', 'create', ...words])
const exportKey = (words: string[], stdin?: string) =>
  desk.signet(['key', 'export', ...words], stdin)
const thumbprintOf = (words: string[], stdin?: string) =>
  desk.signet(['key', 'thumbprint', ...words], stdin)

describe('signet key create', () => {
  test.each(['HS256', 'RS256', 'ES256', 'EdDSA'])('prints a private JWK for %s', async (alg) => {
    const run = await create('--alg', alg)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const key = importJwk(JSON.parse(run.stdout))
    expect(key.algorithm).toBe(alg)
    expect(key.kind).toBe(alg === 'HS256' ? 'secret' : 'private')
  })

  test('--out writes a file that its owner alone may read, and prints no part of it', async () => {
    const run = await create('--alg', 'ES256', '--out', 'mine.jwk', '--kid', 'k1', '--json')
    expect(run).toMatchObject({ code: 0 })
    expect(JSON.parse(run.stdout)).toEqual({ alg: 'ES256', kid: 'k1', file: 'mine.jwk' })
    const file = join(desk.folder, 'mine.jwk')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const { d } = JSON.parse(await readFile(file, 'utf8'))
    expect(d).toMatch(/^[\w-]{43}$/)
    expect(run.stdout + run.stderr).not.toContain(d)
  })

  test('a file that is there stays, unless --force replaces it by another one', async () => {
    const file = await desk.put('there.jwk', 'precious')
    await chmod(file, 0o644)
    const refused = await create('--alg', 'ES256', '--out', 'there.jwk')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(/^signet: --out: .*--force.*\n$/)
    expect(await readFile(file, 'utf8')).toBe('precious')

    const forced = await create('--alg', 'ES256', '--out', 'there.jwk', '--force')
    expect(forced.code).toBe(0)
    expect(importJwk(JSON.parse(await readFile(file, 'utf8'))).kind).toBe('private')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readdir(desk.folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test.each([
    ['no algorithm', [], /--alg <algorithm>' not specified/],
    ['an unknown algorithm', ['--alg', 'ES999'], /Allowed choices are HS256/],
    ['a folder that is not there', ['--alg', 'ES256', '--out', 'no/k.jwk'], /no such folder/],
    ['a folder', ['--alg', 'ES256', '--out', '.', '--force'], /--out: /],
    ['a size for a curve', ['--alg', 'ES256', '--modulus-length', '4096'], /RSA alone/],
    ['a small size', ['--alg', 'RS256', '--modulus-length', '1024'], /2048 to 16384/],
  ])('refuses %s with 2', async (_name, words, why) => {
    const run = await create(...words)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(why)
    expect(run.stderr).not.toMatch(/^ +at /m)
  })
})

describe('signet key export', () => {
  test('prints the public half as JWK, JWK set or PEM, from a file or from stdin', async () => {
    const made = (await create('--alg', 'ES256', '--kid', 'k1')).stdout
    await desk.put('k.jwk', made)
    const { d: _secret, ...half } = JSON.parse(made)
    const [jwk, jwks, pem] = await Promise.all([
      exportKey(['k.jwk', '--public']),
      exportKey(['-', '--public', '--format', 'jwks'], made),
      exportKey(['k.jwk', '--public', '--format', 'pem']),
    ])
    expect(JSON.parse(jwk.stdout)).toEqual({ ...half, use: 'sig' })
    expect(JSON.parse(jwks.stdout)).toEqual({ keys: [{ ...half, use: 'sig' }] })
    expect(thumbprint(importPem(pem.stdout, { algorithm: 'ES256' }))).toBe(
      thumbprint(importJwk(half)),
    )
  })

  test('leaves a set a set', async () => {
    const keys = [await create('--alg', 'ES256'), await create('--alg', 'EdDSA')]
    const halves = await Promise.all(
      keys.map(async ({ stdout }) =>
        JSON.parse((await exportKey(['-', '--public'], stdout)).stdout),
      ),
    )
    await desk.put('set.jwks', JSON.stringify({ keys: halves }))
    const run = await exportKey(['set.jwks', '--public', '--format', 'jwks'])
    expect(JSON.parse(run.stdout)).toEqual({ keys: halves })
    expect(await exportKey(['set.jwks', '--public'])).toMatchObject({ code: 2, stdout: '' })
  })

  test.each([
    ['without --public', 2, ['ec.jwk'], /--public/],
    ['a secret', 8, ['oct.jwk', '--public'], /no public half/],
    ['a file that is not there', 8, ['nowhere', '--public'], /nowhere: there is no such file/],
    ['a folder', 8, ['.', '--public'], /folder/],
    ['an empty file', 8, ['empty', '--public'], /neither a JWK/],
    ['a binary file', 8, ['binary', '--public'], /neither a JWK/],
    ['broken JSON', 8, ['broken', '--public'], /not JSON/],
    ['a file of 2 MB', 8, ['large', '--public'], /more than 1024 KiB/],
    ['PEM without algorithm', 2, ['ec.pem', '--public'], /--alg ES256/],
    ['PEM of another kind', 8, ['ec.pem', '--public', '--alg', 'RS256'], /RS256/],
    ['an encrypted key', 8, ['locked.pem', '--public', '--alg', 'ES256'], /decrypt it first/],
    ['a set without a usable key', 8, ['odd.jwks', '--public'], /kty/],
    ['an empty set', 8, ['none.jwks', '--public'], /is empty/],
  ])('refuses %s with %i and one line', async (_name, code, words, why) => {
    const ec = await create('--alg', 'ES256')
    await desk.put('ec.jwk', ec.stdout)
    await desk.put('oct.jwk', (await create('--alg', 'HS256')).stdout)
    await desk.put('ec.pem', exportPem(await generateKey('ES256')))
    await desk.put('locked.pem', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n')
    await desk.put('empty', '')
    await desk.put('binary', Uint8Array.from([0, 255, 254, 7]))
    await desk.put('broken', '{"kty":"EC","d":"hidden')
    await desk.put('large', ' '.repeat(2_000_000))
    await desk.put('odd.jwks', '{"keys":[{"kty":"odd","alg":"ES256"}]}')
    await desk.put('none.jwks', '{"keys":[]}')
    const run = await exportKey(words)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(/^signet: [^\n]+\n$/)
    expect(run.stderr).toMatch(why)
    expect(run.stderr).not.toContain('hidden')
  })
})

describe('signet key thumbprint', () => {
  // RFC 7638 3.1.
  const EXAMPLE = {
    kty: 'RSA',
    n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
    alg: 'RS256',
    kid: '2011-04-29',
  }

  test('prints what RFC 7638 prints for its example, as text, as JSON and of a set', async () => {
    const stdin = JSON.stringify(EXAMPLE)
    const print = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
    const [text, json, set] = await Promise.all([
      thumbprintOf(['-'], stdin),
      thumbprintOf(['-', '--json'], stdin),
      thumbprintOf(['-'], JSON.stringify({ keys: [EXAMPLE] })),
    ])
    expect(text).toEqual({ code: 0, stdout: `${print}\n`, stderr: '' })
    expect(JSON.parse(json.stdout)).toEqual({ thumbprint: print })
    expect(set.stdout).toBe(`${print}\n`)
  })

  test('refuses a secret, whose thumbprint would be a test for guesses', async () => {
    const secret = (await create('--alg', 'HS256')).stdout
    const run = await thumbprintOf(['-'], secret)
    expect(run).toMatchObject({ code: 8, stdout: '' })
    expect(run.stderr).not.toContain(JSON.parse(secret).k)
  })
})
