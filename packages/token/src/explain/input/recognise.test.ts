import { describe, expect, it } from 'vitest'
import { createEncrypted, createToken, encode } from '../../../test/explain-tokens.ts'
import { originOf } from './excerpt.ts'
import { recogniseInput } from './recognise.ts'

const a = createToken()
const b = createToken({ claims: { sub: 'acc_2' } })

const spaced = createToken({ headerText: '{\n "alg":"HS256"}' })
const indented = createToken({ headerText: '\t {"alg":"HS256"}' })

const fold = (text: string) => text.replace(/(.{76})/g, '$1\n')

/** Form, tokens and where they came from. */
function seen(input: string | Uint8Array): readonly unknown[] {
  const { form, tokens } = recogniseInput(input)
  return [form, ...tokens.map(({ excerpt, source }) => [source, excerpt.text])]
}

describe('what was pasted', () => {
  it.each<[string, string, readonly unknown[]]>([
    ['a token', a, ['token', [null, a]]],
    ['an encrypted token', createEncrypted({}), ['token', [null, createEncrypted({})]]],
    ['space around it', `\n  ${a}\t\r\n`, ['token', [null, a]]],
    ['quotes', `"${a}"`, ['token', [null, a]]],
    ['typographic quotes', `“${a}”`, ['token', [null, a]]],
    ['line breaks', a.replace(/(.{60})/g, '$1\n  '), ['token', [null, a]]],
    ['line breaks of Windows', a.replace(/(.{60})/g, '$1\r\n'), ['token', [null, a]]],
    [
      'a token with a space in it',
      `${a.slice(0, 30)} ${a.slice(30)}`,
      ['token', [null, `${a.slice(0, 30)} ${a.slice(30)}`]],
    ],
    ['half a token', a.split('.')[0] ?? '', ['token', [null, a.split('.')[0]]]],
    ['Bearer', `Bearer ${a}`, ['bearer', ['Authorization: Bearer', a]]],
    ['Bearer twice', `Bearer Bearer ${a}`, ['bearer', ['Authorization: Bearer', a]]],
    [
      'bearer in lower case',
      `authorization: bearer ${a}`,
      ['bearer', ['Authorization: bearer', a]],
    ],
    ['a whole header', `Authorization: Bearer ${a}`, ['bearer', ['Authorization: Bearer', a]]],
    [
      'an opaque one in a header',
      'Authorization: Bearer abcdef',
      ['bearer', ['Authorization: Bearer', 'abcdef']],
    ],
    [
      'DPoP with its proof',
      `Authorization: DPoP ${a}\nDPoP: ${b}`,
      ['dpop', ['Authorization: DPoP', a], ['header DPoP', b]],
    ],
    [
      'a request',
      `GET /orders HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer ${a}\r\n`,
      ['bearer', ['Authorization: Bearer', a]],
    ],
    ['a request with it in the line', `GET /cb?id_token=${a} HTTP/1.1`, ['url', ['id_token', a]]],
    ['a header of its own', `X-Auth: ${a}`, ['text', ['header X-Auth', a]]],
    ['Set-Cookie', `Set-Cookie: sid=${a}; Path=/; HttpOnly`, ['set-cookie', ['cookie sid', a]]],
    [
      'Set-Cookie without its name',
      `sid=${a}; Path=/; HttpOnly`,
      ['set-cookie', ['cookie sid', a]],
    ],
    ['Cookie', `Cookie: a=1; sid=${a}; b=2`, ['cookie', ['cookie sid', a]]],
    ['cookies without the name', `a=1; sid=${a}`, ['cookie', ['cookie sid', a]]],
    [
      'a cookie in percent encoding',
      `Cookie: sid=Bearer%20${a.replaceAll('.', '%2E')}`,
      ['cookie', ['cookie sid', a]],
    ],
    ['a cookie in quotes', `Cookie: sid="${a}"`, ['cookie', ['cookie sid', a]]],
    [
      'curl -H',
      `curl https://a.example -H 'Authorization: Bearer ${a}'`,
      ['curl', ['Authorization: Bearer', a]],
    ],
    [
      'curl -H without space',
      `curl -H"Authorization: Bearer ${a}" https://a.example`,
      ['curl', ['Authorization: Bearer', a]],
    ],
    [
      'curl --header=',
      `curl --header="Authorization: Bearer ${a}"`,
      ['curl', ['Authorization: Bearer', a]],
    ],
    [
      'curl on lines',
      `$ curl 'https://a.example' \\\n  -H $'Authorization: Bearer ${a}' \\\n  -b 't=${b}'`,
      ['curl', ['Authorization: Bearer', a], ['cookie t', b]],
    ],
    [
      'curl --oauth2-bearer',
      `curl --oauth2-bearer ${a} https://a.example`,
      ['curl', ['--oauth2-bearer', a]],
    ],
    [
      'curl -d',
      `curl -X POST -d 'grant_type=refresh_token&refresh_token=${a}' https://a.example`,
      ['curl', ['refresh_token', a]],
    ],
    [
      'curl -d in double quotes',
      String.raw`curl -d "{\"refreshToken\":\"rt_abc\"}" https://a.example`,
      ['curl', ['refreshToken', 'rt_abc']],
    ],
    [
      'curl --json',
      `curl --json '{"refreshToken":"rt_abc"}' https://a.example`,
      ['curl', ['refreshToken', 'rt_abc']],
    ],
    [
      'curl with it in the address',
      `curl "https://a.example/?x=1&access_token=${a}#y"`,
      ['curl', ['access_token', a]],
    ],
    [
      'an answer',
      JSON.stringify(
        { access_token: a, id_token: b, refresh_token: 'rt_x', token_type: 'Bearer' },
        null,
        2,
      ),
      ['token-response', ['access_token', a], ['id_token', b], ['refresh_token', 'rt_x']],
    ],
    [
      'an answer in camel case',
      JSON.stringify({ accessToken: a, idToken: b }),
      ['token-response', ['accessToken', a], ['idToken', b]],
    ],
    [
      'an answer within another',
      JSON.stringify({ data: { session: { access_token: a } } }),
      ['token-response', ['access_token', a]],
    ],
    [
      'an address',
      `https://app.example/cb#state=x&id_token=${a}&access_token=${b}`,
      ['url', ['id_token', a], ['access_token', b]],
    ],
    ['a line of a log', `2026-01-01 error: refused ${a}, again.`, ['text', [null, a]]],
    ['the end of a sentence', `It was ${a}.`, ['text', [null, a]]],
    ['a word below', `${a}\nThanks`, ['text', [null, a]]],
    ['words below', `${a}\n\nhello\nada@host:~$`, ['text', [null, a]]],
    [
      'a word below Bearer',
      `Authorization: Bearer ${a}\nhello\n`,
      ['bearer', ['Authorization: Bearer', a]],
    ],
    [
      'lines of 76 behind Bearer',
      fold(`Authorization: Bearer ${a}`),
      ['bearer', ['Authorization: Bearer', a]],
    ],
    ['lines of 76 in a cookie', fold(`Cookie: s=${a}`), ['cookie', ['cookie s', a]]],
    ['lines of 76 in a text', fold(`it was ${a}`), ['text', [null, a]]],
    ['white space in the header', `see ${spaced} there`, ['text', [null, spaced]]],
    ['white space before the header', `see ${indented} there`, ['text', [null, indented]]],
    ['several lines with tokens', `${a}\n${b}`, ['text', [null, a], [null, b]]],
    ['a key set', '{"keys":[]}', ['key-set']],
    ['a key', '{"kty":"oct","k":"AA"}', ['key']],
    ['claims without a token', '{"iss":"a","sub":"b"}', ['unknown']],
    ['JSON of something else', '{"a":1}', ['unknown']],
    ['no token', 'Hello there, nothing to see', ['unknown']],
    ['an opaque word', 'c2VjcmV0', ['unknown']],
    ['nothing', ' \n', ['unknown']],
    ['binary', '\0\u0001\u0002', ['unknown']],
    ['a form', `grant_type=x&id_token=${a}&b=1`, ['text', ['id_token', a]]],
    ['an empty header', 'Authorization: Bearer', ['unknown']],
    ['an address of something else', 'ada@example.com', ['unknown']],
    ['curl without a token', 'curl https://a.example', ['curl']],
    ['broken JSON with a token', `{"access_token":"${a}"`, ['text', [null, a]]],
  ])('%s', (_, input, expected) => {
    expect(seen(input)).toEqual(expected)
    expect(seen(Buffer.from(input))).toEqual(expected)
  })

  it.each([
    'null',
    'undefined',
    'Bearer undefined',
    'Authorization: Bearer null',
    'Authorization: Bearer $TOKEN',
    `Bearer \${ACCESS_TOKEN}`,
    'Bearer <token>',
    'Bearer <your access token>',
    '[object Object]',
  ])('says that a variable was empty: %s', (input) => {
    const { words, tokens } = recogniseInput(input)
    expect(words).toContain('variable was empty')
    expect(tokens).toEqual([])
  })

  it('says of UTF-16 that it is', () => {
    const bytes = Buffer.from(a, 'utf16le')
    expect(recogniseInput(bytes).words).toContain('UTF-16')
    const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), bytes])
    expect(recogniseInput(marked).words).toContain('UTF-16')
    expect(recogniseInput(Buffer.from(marked).swap16()).words).toContain('UTF-16')
  })

  it('is told in words each time', () => {
    for (const input of [a, '', '\0', '{}', '{"keys":[]}', `Bearer ${a}`, 'x y']) {
      expect(recogniseInput(input).words).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('notes line breaks and broken JSON', () => {
    expect(recogniseInput(a.replace('.', '.\n')).notes).toEqual(['Line breaks were left out.'])
    expect(recogniseInput(`{"a" "${a}"}`).notes).toEqual([
      expect.stringContaining('there should be a colon'),
    ])
  })

  it('explains the first twenty of many', () => {
    const { tokens, notes } = recogniseInput(`${a} `.repeat(30))
    expect(tokens).toHaveLength(20)
    expect(notes).toEqual(['Of 30 tokens the first 20 are explained.'])
  })

  it('keeps secrets beside the token apart, by name and by kind', () => {
    const { secrets } = recogniseInput(
      `curl -u ada:pw https://a.example -d 'client_secret=s&grant_type=x' -b 'theme=dark' --oauth2-bearer ${a}`,
    )
    expect(secrets.map(({ what, source, excerpt }) => [what, source, excerpt.text])).toEqual([
      ['password', '--user', 'ada:pw'],
      ['secret', 'client_secret', 's'],
      ['cookie', 'cookie theme', 'dark'],
    ])
  })
})

it('sees private keys in any text', () => {
  const pem = '-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----'
  const open = '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'
  const { secrets } = recogniseInput(`${open}\n${pem}\nand ${pem.slice(0, 50)}`)
  expect(secrets.map(({ excerpt }) => excerpt.text)).toEqual([pem, pem.slice(0, 50)])
})

function percent(text: string): string {
  return [...text].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('')
}

describe('places', () => {
  it.each([
    ['in quotes', `curl -H "Authorization: Bearer ${a}"`],
    ['in percent encoding', `Cookie: sid=${encodeURIComponent(a).replaceAll('.', '%2e')}; x=1`],
    ['over lines', `${a.slice(0, 40)}\r\n  ${a.slice(40, 90)}\n${a.slice(90)}\n`],
    ['in JSON', JSON.stringify({ x: 'é😀', access_token: a })],
    ['in percent signs alone', `Cookie: sid=${percent(a)}`],
    ['behind backslashes', `curl -H Authorization:\\ Bearer\\ ${a.replaceAll('.', '\\.')}`],
  ])('are those of the input, %s', (_, input) => {
    const [token] = recogniseInput(input).tokens
    if (token === undefined) throw new Error('no token')
    const { excerpt } = token
    expect(excerpt.text).toBe(a)
    for (let index = 0; index < a.length; index++) {
      const character = input.charAt(originOf(excerpt, index))
      expect(['%', a.charAt(index), '\\']).toContain(character)
    }
    const end = originOf(excerpt, a.length)
    const last = input.slice(0, end)
    expect([a.slice(-20), percent(a.slice(-1))].some((text) => last.endsWith(text))).toBe(true)
  })
})

it('takes bytes of another realm, and nothing else than text and bytes', () => {
  expect(recogniseInput(Buffer.from(a)).form).toBe('token')
  for (const wrong of [
    undefined,
    null,
    5,
    {},
    [],
    new DataView(new ArrayBuffer(8)),
    new Uint16Array(8),
    new ArrayBuffer(8),
  ]) {
    expect(() => recogniseInput(wrong as string)).toThrow(TypeError)
  }
})

it('does not look into more than 1 MiB', () => {
  const { form, words, tokens } = recogniseInput(`${a} `.repeat(10_000))
  expect([form, tokens.length]).toEqual(['unknown', 0])
  expect(words).toContain('1 MiB')
  expect(recogniseInput(Buffer.alloc(10_000_000)).words).toBe(words)
  expect(encode(a)).not.toContain('.')
})
