// Attack class D: encodings and parsers. One token has one spelling, one spelling has one meaning.
import { randomBytes } from 'node:crypto'
import * as T from '@signet/token'
import { describe, expect, it } from 'vitest'
import { ES256, HS256, RS256 } from './attack-keys.ts'
import { codeOf, encodePart, expected, forge, good, signParts, verdict } from './forge.ts'

const header = { alg: 'HS256', kid: HS256.kid }
const judge = (h: Parameters<typeof forge>[0], p: Parameters<typeof forge>[1]) =>
  verdict(forge(h, p, HS256.signer), HS256.key)

describe.each([HS256, RS256, ES256])('D01 D02 another spelling of a $algorithm token', (one) => {
  const head = encodePart({ alg: one.algorithm, kid: one.kid })
  const body = encodePart(good)
  const [, , tail = ''] = signParts(head, body, one.signer).split('.')
  const spellings: Record<string, (part: string) => string> = {
    'one pad': (part) => `${part}=`,
    'two pads': (part) => `${part}==`,
    'a space inside': (part) => `${part.slice(0, 9)} ${part.slice(9)}`,
    'a space before': (part) => ` ${part}`,
    'a line feed behind': (part) => `${part}\n`,
    'a CRLF inside': (part) => `${part.slice(0, 9)}\r\n${part.slice(9)}`,
    'a NUL behind': (part) => `${part}\0`,
    'a plus': (part) => `${part}+`,
    'junk inside': (part) => `${part.slice(0, 9)}!!!!${part.slice(9)}`,
    'a character more': (part) => `${part}A`,
    'letters from another alphabet': (part) =>
      [...part].map((c) => String.fromCharCode(c.charCodeAt(0) + 0x100)).join(''),
    'one letter from another alphabet': (part) =>
      part.slice(0, 9) + String.fromCharCode(part.charCodeAt(9) + 0x100) + part.slice(10),
  }
  it.each(Object.keys(spellings))('with %s in any part is refused', async (name) => {
    const respell = spellings[name] ?? String
    for (const token of [
      `${head}.${body}.${respell(tail)}`,
      `${head}.${respell(body)}.${tail}`,
      `${respell(head)}.${body}.${tail}`,
      signParts(head, respell(body), one.signer),
      signParts(respell(head), body, one.signer),
    ]) {
      expect(await verdict(token, one.key), JSON.stringify(token)).toMatch(
        /^(token_malformed|signature_invalid|header_invalid|payload_invalid)$/,
      )
      // One character more may be another signature, well spelled; nothing else reads at all.
      if (name !== 'a character more') expect(codeOf(() => T.decode(token))).not.toBe('accepted')
    }
  })

  it('with non-zero trailing bits is refused', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(tail.at(-1) ?? '')
    for (const bit of tail.length % 4 === 2 ? [1, 2, 4, 8] : tail.length % 4 === 3 ? [1, 2] : []) {
      const twin = tail.slice(0, -1) + alphabet[last ^ bit]
      expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(tail, 'base64url'))
      expect(await verdict(`${head}.${body}.${twin}`, one.key)).toBe('token_malformed')
    }
  })

  it('is accepted in its one spelling, whatever the length of its parts', async () => {
    for (let length = 0; length < 8; length++) {
      const padded = { ...good, pad: 'x'.repeat(length) }
      const h = { alg: one.algorithm, kid: one.kid, pad: 'x'.repeat(length) }
      expect(await verdict(forge(h, padded, one.signer), one.key)).toBe('accepted')
    }
  })
})

it('D03 refuses the JSON serialisations', async () => {
  const [protectedHeader, payload, signature] = forge(header, good, HS256.signer).split('.')
  const flattened = JSON.stringify({ protected: protectedHeader, payload, signature })
  const general = JSON.stringify({
    payload,
    signatures: [{ protected: protectedHeader, signature }],
  })
  const smuggled = JSON.stringify({ x: `.${payload}.${signature}`, protected: protectedHeader })
  for (const text of [flattened, general, smuggled]) {
    expect(await verdict(text, HS256.key)).toBe('token_malformed')
    expect(await verdict(JSON.parse(text), HS256.key)).toBe('token_malformed')
  }
})

describe('D04 the number of parts', () => {
  const token = forge(header, good, HS256.signer)
  const [h = '', p = '', s = ''] = token.split('.')
  it.each([
    '',
    '.',
    '..',
    '...',
    h,
    `${h}.${p}`,
    `${h}.${p}.`,
    `${h}..${s}.`,
    `.${p}.${s}`,
    `.${token}`,
    `${token}.`,
    `${token}.${s}`,
    `${token}.${s}.${s}`,
    `${h}.${p}..${s}`,
    '.'.repeat(8192),
  ])('%#: other than three is refused', async (text) => {
    expect(await verdict(text, HS256.key)).toBe('token_malformed')
  })

  it.each([undefined, null, 7, {}, [], [token], Buffer.from(token), { toString: () => token }])(
    '%#: what is not text is refused',
    async (value) => {
      expect(await verdict(value, HS256.key)).toBe('token_malformed')
    },
  )

  it('refuses a hundred thousand dots by size', async () => {
    expect(await verdict('.'.repeat(100_000), HS256.key)).toBe('token_too_large')
  })
})

describe('D05 duplicate members', () => {
  const rest = JSON.stringify(good).slice(1)
  it.each([
    `{"sub":"admin",${rest}`,
    `{"s\\u0075b":"admin",${rest}`,
    `{"\\u0073\\u0075\\u0062":"admin",${rest}`,
    `{"":0,"":0,${rest}`,
    `{"a":{"b":1,"b":1},${rest}`,
    `{"a":[{"b":1,"c":1,"b":1}],${rest}`,
    // Short spellings of numbers must not make room for a member.
    `{"a":1e9,"a":1000000000,${rest}`,
    `{"a":1e14,"b":1,"b":1,${rest}`,
    `{"a":0.1e1,"a":1,${rest}`,
    `{"a":123e9,"":0,"":0,${rest}`,
    `{"a":"\\n","a":"\\n",${rest}`,
  ])('in the payload: %s', async (payload) => {
    JSON.parse(payload)
    expect(await judge(header, payload)).toBe('payload_invalid')
    expect(codeOf(() => T.decode(forge(header, payload, HS256.signer)))).toBe('payload_invalid')
  })

  it.each([
    `{"alg":"none","alg":"HS256"}`,
    `{"alg":"HS256","alg":"HS256"}`,
    `{"alg":"HS256","\\u0061lg":"HS256"}`,
    `{"alg":"HS256","kid":"a","kid":"${HS256.kid}"}`,
  ])('in the header: %s', async (text) => {
    expect(await judge(text, good)).toBe('header_invalid')
  })

  it('but not other numbers, spaces, escapes and nesting', async () => {
    for (const payload of [
      ` {"a" : [ 1e9 , -0 , 1.50 , 0.1e1 , 1E+2 ] ,\t"b":{"c":{"c":{"c":[]}}},\n${rest} `,
      `{"a":"\\"b\\":1,\\"b\\":2","b":"{[:\\\\",${rest}`,
      `{"a":123456789012345678901234567890,"b":1000,"c":999999999999999,"d":1e15,${rest}`,
      `{"\\u00e9":"\\ud83d\\ude00","ключ":"значение","😀":"\ufffd",${rest}`,
      `{"a":[[],{},[[]],[{}],"",null,true,false],${rest}`,
    ]) {
      JSON.parse(payload)
      expect(await judge(header, payload), payload).toBe('accepted')
    }
  })
})

describe('D06 text that is not UTF-8', () => {
  const json = JSON.stringify(good)
  const cases: Record<string, Buffer> = {
    'a byte order mark': Buffer.from(`\ufeff${json}`),
    'UTF-16LE': Buffer.from(json, 'utf16le'),
    'UTF-16LE with its mark': Buffer.from(`\ufeff${json}`, 'utf16le'),
    'an invalid byte': withBytes(json, [0xff]),
    'an overlong slash': withBytes(json, [0xc0, 0xaf]),
    'an overlong NUL': withBytes(json, [0xc0, 0x80]),
    'a cut-off sequence': withBytes(json, [0xe2, 0x82]),
    'a surrogate in UTF-8': withBytes(json, [0xed, 0xa0, 0x80]),
    'a code point beyond the last': withBytes(json, [0xf4, 0x90, 0x80, 0x80]),
    'a lone high surrogate': Buffer.from(json.replace('u1', 'u\\ud800')),
    'a lone low surrogate': Buffer.from(json.replace('u1', 'u\\uDC00')),
    'surrogates in the wrong order': Buffer.from(json.replace('u1', '\\udc00\\ud800')),
    'a lone surrogate in a name': Buffer.from(json.replace('"sub"', '"x\\ud800":0,"sub"')),
    'a lone surrogate deep inside': Buffer.from(json.replace('"u1"', '"u1","x":[{"y":"\\ud800"}]')),
  }
  it.each(Object.keys(cases))('%s is refused', async (name) => {
    const bytes = cases[name] ?? Buffer.alloc(0)
    expect(await judge(header, bytes)).toBe('payload_invalid')
    const asHeader = Buffer.from(
      bytes.toString('latin1').replace('{', `{"alg":"HS256","kid":"${HS256.kid}",`),
      'latin1',
    )
    if (!name.startsWith('UTF-16')) expect(await judge(asHeader, good)).toBe('header_invalid')
  })

  it('and the replacement character itself is fine', async () => {
    expect(await judge(header, { ...good, name: '\ufffd 😀 é' })).toBe('accepted')
  })
})

describe('D07 size', () => {
  it('is checked before anything else', async () => {
    expect(await verdict('a'.repeat(8193), HS256.key)).toBe('token_too_large')
    expect(await verdict('a'.repeat(8192), HS256.key)).toBe('token_malformed')
    expect(await verdict(`${'a'.repeat(1_000_000)}.b.c`, HS256.key)).toBe('token_too_large')
    expect(codeOf(() => T.decode('a'.repeat(65_537)))).toBe('token_too_large')
  })

  it('has a limit that the caller may move', async () => {
    const token = forge(header, { ...good, pad: randomBytes(20_000).toString('hex') }, HS256.signer)
    expect(await verdict(token, HS256.key)).toBe('token_too_large')
    expect(await verdict(token, HS256.key, { ...expected, maxTokenBytes: 65_536 })).toBe('accepted')
    const options = { ...expected, maxTokenBytes: token.length }
    expect(await verdict(token, HS256.key, options)).toBe('accepted')
    options.maxTokenBytes--
    expect(await verdict(token, HS256.key, options)).toBe('token_too_large')
  })

  it('bounds nesting at 16', async () => {
    const nest = (depth: number, open: string, close: string) =>
      JSON.stringify(good).replace('}', `,"x":${open.repeat(depth)}${close.repeat(depth)}}`)
    expect(await judge(header, nest(15, '[', ']'))).toBe('accepted')
    expect(await judge(header, nest(16, '[', ']'))).toBe('payload_invalid')
    expect(await judge(header, nest(2000, '[', ']'))).toBe('payload_invalid')
    const loose = { ...expected, maxTokenBytes: 65_536 }
    const deep = forge(header, nest(20_000, '[', ']'), HS256.signer)
    expect(await verdict(deep, HS256.key, loose)).toBe('payload_invalid')
    const objects = JSON.stringify(good).replace(
      '}',
      `,"x":${'{"a":'.repeat(16)}1${'}'.repeat(17)}`,
    )
    expect(await judge(header, objects)).toBe('payload_invalid')
  })
})

describe('D08 D09 D10 headers that change the reading', () => {
  it.each([
    { crit: ['x'] },
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { crit: 'b64' },
    { crit: null },
    { crit: ['alg'] },
    { crit: ['x', 'x'], x: 1 },
    { b64: false },
    { b64: false, crit: ['b64'] },
    { b64: true, crit: ['b64'] },
    { zip: 'DEF' },
    { enc: 'A256GCM' },
    { typ: 7 },
    { typ: ['JWT'] },
    { typ: null },
  ])('%j is refused', async (extra) => {
    expect(await judge({ ...header, ...extra }, good)).toBe('header_invalid')
  })

  it('an unencoded payload is refused', async () => {
    const h = encodePart({ ...header, b64: false, crit: ['b64'] })
    const token = signParts(h, JSON.stringify(good).replaceAll('.', '-'), HS256.signer)
    expect(await verdict(token, HS256.key)).toBe('header_invalid')
  })

  it('a token inside a token is refused', async () => {
    const inner = `${encodePart({ alg: 'none' })}.${encodePart(good)}.`
    expect(await judge({ ...header, cty: 'JWT' }, inner)).toBe('payload_invalid')
    expect(await judge(header, forge(header, good, HS256.signer))).toBe('payload_invalid')
  })

  it('D10 D11 five parts are refused', async () => {
    const jwe = `${encodePart({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9 })}.a.b.c.d`
    expect(await verdict(jwe, HS256.key)).toBe('token_malformed')
    const dir = `${encodePart({ alg: 'dir', enc: 'A128GCM', zip: 'DEF' })}..AAAA.AAAA.AAAA`
    expect(await verdict(dir, HS256.key)).toBe('token_malformed')
  })
})

it('D12 long repeats cost no more than their size', async () => {
  // No expression that sees token text backtracks; these would be the inputs that show it.
  const loose = { ...expected, maxTokenBytes: 65_536 }
  const long = 'a'.repeat(20_000)
  for (const claims of [
    { ...good, sub: `${long}\u007f` },
    { ...good, aud: `${long}!` },
    { ...good, iss: `${long}!` },
  ]) {
    expect(await verdict(forge(header, claims, HS256.signer), HS256.key, loose)).not.toBe(
      'accepted',
    )
  }
  const typ = { ...header, typ: `${'application/'.repeat(1500)}x` }
  expect(await verdict(forge(typ, good, HS256.signer), HS256.key, loose)).toBe('type_mismatch')
  expect(() => T.importPem(`-----BEGIN ${' A'.repeat(30_000)}`, { algorithm: 'RS256' })).toThrow()
})

function withBytes(json: string, bytes: readonly number[]): Buffer {
  const [before = '', after = ''] = json.split('u1')
  return Buffer.concat([Buffer.from(`${before}u1`), Buffer.from(bytes), Buffer.from(after)])
}
