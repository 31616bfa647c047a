// What each command looks like, kept in test/screens: .txt without colours, .ansi with them (cat
// shows it). `vitest run packages/cli -u` writes them anew: look at them before you commit them.
import { stripVTControlCharacters } from 'node:util'
import { exportJwk } from '@signet/token'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, openDesk } from './open-desk.ts'
import {
  accessToken,
  carelessToken,
  key,
  laterToken,
  longToken,
  NOW,
  SECRET,
} from './sample-tokens.ts'

// RFC 8037 A.2.
const PUBLIC_JWK = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  alg: 'EdDSA',
  kid: 'k1',
}

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  const { kid: _none, ...nameless } = PUBLIC_JWK
  await desk.put('k.jwk', JSON.stringify(exportJwk(key)))
  await desk.put('public.jwk', JSON.stringify(PUBLIC_JWK))
  await desk.put('secret.txt', SECRET)
  await desk.put('t.txt', `${accessToken}\n`)
  await desk.put('long.txt', longToken)
  await desk.put('later.txt', `${laterToken}\n`)
  await desk.put('careless.txt', carelessToken)
  await desk.put('cut.txt', accessToken.replace(/\./, 'é.').replace(/[\w-]+$/, 'c2lnbmF0'))
  await desk.put('json.txt', `${segment('{"alg":"ES256",}')}.${segment('{"sub":1,"sub":2}')}.AAAA`)
  await desk.put(
    'curl.txt',
    `curl -u ada:hunter2 https://x.example -H 'Authorization: Bearer ${accessToken}'\n`,
  )
  await desk.put(
    'answer.txt',
    JSON.stringify({ access_token: accessToken, refresh_token: `rt_${'x'.repeat(75)}` }),
  )
  await desk.put('keys.json', JSON.stringify({ keys: [exportJwk(key), { ...nameless, d: 'x' }] }))
})
afterAll(() => desk[Symbol.asyncDispose]())

function segment(json: string): string {
  return Buffer.from(json).toString('base64url')
}

const KEY = ['--key-file', 'k.jwk', '--now', NOW]
const POLICY = ['--issuer', 'https://login.example', '--audience', 'https://orders.example']

const explain = (...words: string[]) => ['token', 'explain', '--now', NOW, ...words]
const SCREENS: Record<string, readonly string[]> = {
  'no-command': [],
  'wrong-command': ['tokn'],
  'token-create': [
    ...['token', 'create', '--secret-file', 'secret.txt', '--alg', 'HS256', '--now', NOW],
    ...['--subject', 'u1', '--expires-in', '15m', ...POLICY],
  ],
  'token-create-refused': ['token', 'create', '--subject', 'u1'],
  'token-verify': ['token', 'verify', 't.txt', ...KEY, ...POLICY, '--type', 'at+jwt'],
  'token-verify-refused': ['token', 'verify', 't.txt', ...KEY, ...POLICY],
  'token-explain': explain('t.txt'),
  'token-explain-long': explain('long.txt', '--key-file', 'k.jwk'),
  'token-explain-checked': explain('t.txt', ...KEY, ...POLICY, '--type', 'at+jwt'),
  'token-explain-refused': explain('t.txt', ...KEY, ...POLICY),
  'token-explain-careless': explain('careless.txt'),
  'token-explain-cut': explain('cut.txt'),
  'token-explain-json-problems': explain('json.txt'),
  'token-explain-curl': explain('curl.txt'),
  'token-explain-answer': explain('answer.txt'),
  'token-explain-keys': explain('keys.json'),
  'token-explain-nothing': explain('secret.txt'),
  'token-diff': ['token', 'diff', 't.txt', 'later.txt', '--now', NOW],
  'token-diff-unreadable': ['token', 'diff', 't.txt', 'k.jwk', '--now', NOW],
  'token-redact': ['token', 'redact', 'curl.txt'],
  // Nobody answers there.
  'doctor-outside': ['doctor', '--issuer', 'http://127.0.0.1:2'],
  'doctor-settings': ['doctor'],
  'key-create': ['key', 'create', '--alg', 'ES256', '--out', 'new.jwk', '--force', '--kid', 'k1'],
  'key-export': ['key', 'export', 'public.jwk', '--public', '--format', 'jwks'],
  'key-export-pem': ['key', 'export', 'public.jwk', '--public', '--format', 'pem'],
  'key-thumbprint': ['key', 'thumbprint', 'public.jwk'],
}

/** Data for programs, which no terminal has to hold. */
const WIDE = new Set(['token-create', 'token-redact', 'token-verify-refused'])

test.each(Object.entries(SCREENS))('%s looks as it did', async (name, words) => {
  const [plain, coloured] = await Promise.all([desk.signet(words), desk.inColour(words)])
  const screen = ({ stdout, stderr, code }: typeof plain) =>
    `$ signet ${words.join(' ')}\n${stdout}${stderr === '' ? '' : `--- stderr\n${stderr}`}--- exit ${code}\n`
  await expect(screen(plain)).toMatchFileSnapshot(`screens/${name}.txt`)
  await expect(screen(coloured)).toMatchFileSnapshot(`screens/${name}.ansi`)
  expect(plain.stdout + plain.stderr).not.toContain('\u001b')
  expect(stripVTControlCharacters(screen(coloured))).toBe(screen(plain))
  const lines = `${plain.stdout}${WIDE.has(name) ? '' : plain.stderr}`.split('\n')
  if (!WIDE.has(name)) expect(lines.filter((line) => [...line].length > 80)).toEqual([])
})
