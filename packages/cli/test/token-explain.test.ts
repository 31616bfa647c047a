import { exportJwk, generateKey, sign } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIssuer } from './issuer-double.ts'
import { type Desk, openDesk } from './open-desk.ts'
import { accessToken, carelessToken, key, laterToken, NOW } from './sample-tokens.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  await desk.put('k.jwk', JSON.stringify(exportJwk(key)))
  await desk.put('other.jwk', JSON.stringify(exportJwk(await generateKey('ES256'))))
  await desk.put('set.json', JSON.stringify({ keys: [exportJwk(key)] }))
  await desk.put('t.txt', accessToken)
})
afterAll(() => desk[Symbol.asyncDispose]())

const POLICY = ['--issuer', 'https://login.example', '--audience', 'https://orders.example']

function explain(stdin: string, ...words: string[]) {
  return desk.signet(['token', 'explain', '--now', NOW, ...words], stdin)
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

const SECRET_TEXT = `ghp_${'h'.repeat(36)}`
const innerToken = `${segment({ alg: 'HS256' })}.${segment({ sub: 'hidden' })}.AAAA`
const HIDDEN = new RegExp(
  ['hunter2', 'AKIA', 'ghp_', 'hidden', '078', segment({ sub: 'hidden' })].join('|'),
)
const nestedSecrets = [
  segment({ alg: 'ES256' }),
  segment({
    db: { password: 'hunter2', theme: 'dark', list: [{ api_key: 'AKIAABCDEFGHIJKLMNOP' }] },
    arr: [SECRET_TEXT, [SECRET_TEXT]],
    cnf: { jwk: { kty: 'EC', d: 'hidden' } },
    ssn: '078-05-1120',
    people: [{ ssn: '078-05-1120', '': { password: 'hunter2' } }],
    settings: JSON.stringify({ password: 'hunter2', more: JSON.stringify([SECRET_TEXT]) }),
    log: `see ${innerToken}`,
    kept: [innerToken],
  }),
  'AAAA',
].join('.')

describe('signet token explain', () => {
  test.each([
    ['a token', accessToken, 'token'],
    ['a token with white space', `\n  ${accessToken}\n`, 'token'],
    ['a bearer header', `Authorization: Bearer ${accessToken}`, 'bearer'],
    ['a Set-Cookie line', `Set-Cookie: session=${accessToken}; HttpOnly; Path=/`, 'set-cookie'],
    ['a Cookie line', `Cookie: a=b; session=${accessToken}`, 'cookie'],
    ['a curl command', `curl -H 'Authorization: Bearer ${accessToken}' https://x`, 'curl'],
    ['a JSON answer', JSON.stringify({ access_token: accessToken }), 'token-response'],
    ['text with a token in it', `it says ${accessToken} here`, 'text'],
  ])('takes %s, and checks the token in it', async (_name, input, form) => {
    const run = await explain(input, '--json', '--key-file', 'k.jwk')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const { input: found, tokens } = JSON.parse(run.stdout)
    expect(found.form).toBe(form)
    expect(tokens[0].verdicts).toMatchObject({
      wellFormed: { is: true },
      signature: { checked: 'holds', keyFrom: 'pinned' },
      policy: { outcome: 'not-asked' },
    })
  })

  test('takes a key set, and an encrypted token', async () => {
    const set = JSON.stringify({ keys: [exportJwk(key)] })
    const jwe = `${segment({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`
    const [keys, encrypted] = [await explain(set), await explain(jwe)]
    expect(keys.code).toBe(0)
    expect(keys.stdout).toContain('key set with 1 key')
    expect(encrypted.code).toBe(0)
    expect(encrypted.stdout).toMatch(/encrypted/i)
  })

  test.each<[string, number, string, string[], object]>([
    [
      'another key',
      4,
      accessToken.replace(/^[^.]+/, segment({ alg: 'ES256', typ: 'at+jwt' })),
      ['--key-file', 'k.jwk'],
      { signature: { checked: 'fails' } },
    ],
    [
      'a key that does not fit',
      8,
      accessToken,
      ['--key-file', 'other.jwk'],
      { signature: { checked: 'impossible' } },
    ],
    [
      'the policy it was made for',
      0,
      accessToken,
      ['--jwks-file', 'set.json', ...POLICY, '--type', 'at+jwt'],
      { signature: { checked: 'holds' }, policy: { outcome: 'accepted' } },
    ],
    [
      'a policy for another type',
      6,
      accessToken,
      ['--key-file', 'k.jwk', ...POLICY],
      { signature: { checked: 'holds' }, policy: { outcome: 'refused' } },
    ],
    [
      'a policy at another time',
      5,
      accessToken,
      ['--key-file', 'k.jwk', ...POLICY, '--type', 'at+jwt', '--now', '2026-11-24T00:00:00Z'],
      { signature: { checked: 'holds' }, policy: { outcome: 'refused' } },
    ],
  ])('with %s it exits with %i and says so', async (_name, code, input, words, verdicts) => {
    const run = await explain(input, '--json', ...words)
    expect(run).toMatchObject({ code, stderr: '' })
    const { tokens } = JSON.parse(run.stdout)
    expect(tokens[0].verdicts).toMatchObject(verdicts)
  })

  test('an expired token whose signature holds, and of which nothing was asked, is 0', async () => {
    const run = await explain(accessToken, '--key-file', 'k.jwk', '--now', '2027-01-01T00:00:00Z')
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^Signature +It holds/m)
    expect(run.stdout).toMatch(/^ {2}exp .* ago/m)
  })

  test('asks nobody without --fetch-keys, and the named issuer with it', async () => {
    await using issuer = await openIssuer()
    issuer.answer('/.well-known/openid-configuration', {
      issuer: issuer.url,
      jwks_uri: `${issuer.url}/keys`,
    })
    issuer.answer('/keys', { keys: [exportJwk(key)] })
    const header = { issuer: issuer.url, audience: 'a', subject: 's', expiresIn: '1h' }
    const token = sign({ jku: `${issuer.url}/keys` }, key, header)
    await explain(token)
    await explain('garbage', '--fetch-keys', '--issuer', issuer.url)
    expect(issuer.asked).toEqual([])
    const run = await desk.signet(
      ['token', 'explain', '--fetch-keys', '--issuer', issuer.url],
      token,
    )
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^Signature +It holds with a key from the issuer that you named/m)
    expect(run.stderr).toContain(`fetching ${issuer.url}/keys`)
    expect(issuer.asked).toHaveLength(2)
  })

  test('the issuer that keys are fetched from is expected, whether an audience is or not', async () => {
    await using issuer = await openIssuer()
    issuer.answer('/.well-known/openid-configuration', {
      issuer: issuer.url,
      jwks_uri: `${issuer.url}/keys`,
    })
    issuer.answer('/keys', { keys: [exportJwk(key)] })
    const ask = ['token', 'explain', '--json', '--fetch-keys', '--issuer', issuer.url]
    const tokenOf = (name: string) =>
      sign({}, key, { issuer: name, audience: 'a', subject: 's', expiresIn: '1h', type: 'at+jwt' })
    const foreign = await desk.signet(ask, tokenOf('https://other.example'))
    expect(foreign.code).toBe(6)
    expect(JSON.parse(foreign.stdout).tokens[0].verdicts).toMatchObject({
      signature: { checked: 'holds' },
      policy: { outcome: 'refused', why: expect.stringContaining('issuer') },
    })
    const own = await desk.signet(ask, tokenOf(issuer.url))
    expect(own.code).toBe(0)
    const why = 'Accepted: issuer and times are as asked; no audience was expected.'
    expect(JSON.parse(own.stdout).tokens[0].verdicts.policy).toEqual({ outcome: 'accepted', why })
    expect((await desk.signet([...ask, '--audience', 'b'], tokenOf(issuer.url))).code).toBe(6)
    expect((await desk.signet([...ask, '--type', 'JWT'], tokenOf(issuer.url))).code).toBe(6)
  })

  test.each<[string, number, string, string[], RegExp]>([
    ['an algorithm without a key', 2, accessToken, ['--alg', 'ES256'], /--alg .*name a key/],
    [
      'an encoding without a secret',
      2,
      accessToken,
      ['--key-file', 'k.jwk', '--secret-encoding', 'hex'],
      /--secret-encoding .*--secret-file/,
    ],
    ['nothing', 2, ' \n', [], /nothing came in on stdin/],
    ['10 MB', 3, 'x'.repeat(10_000_000), [], /stdin: more than 1024 KiB/],
    ['a missing file', 2, '', ['no.txt'], /no\.txt: there is no such file/],
    ['a policy without a key', 2, accessToken, POLICY, /name a key/],
    ['an audience without issuer', 2, 'x', ['--key-file', 'k.jwk', '--audience', 'a'], /--issuer/],
    ['an issuer without audience', 2, 'x', ['--key-file', 'k.jwk', '--issuer', 'a'], /--audience/],
    ['a type alone', 2, 'x', ['--key-file', 'k.jwk', '--type', 'at+jwt'], /--issuer/],
    ['no issuer to fetch from', 2, accessToken, ['--fetch-keys'], /--fetch-keys needs --issuer/],
  ])('refuses %s with %i and one line', async (_name, code, input, words, why) => {
    const run = await explain(input, ...words)
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(/^signet: [^\n]+\n$/)
    expect(run.stderr).toMatch(why)
  })

  test.each([
    ['garbage', 'garbage'],
    ['two parts', 'a.b'],
    ['binary', '\u0000\u0001\u0002'],
    ['a padded token', `${accessToken}=`],
    ['a refresh token', `rt_${'A'.repeat(75)}`],
    ['broken JSON in a token', `${segment({ alg: 'ES256' }).slice(0, -2)}.e30.AAAA`],
  ])('explains %s as far as it goes, and exits with 3', async (_name, input) => {
    const run = await explain(input)
    expect(run).toMatchObject({ code: 3, stderr: '' })
    expect(run.stdout).not.toBe('')
  })

  test('marks the very character that does not belong there', async () => {
    const at = accessToken.indexOf('.') + 20
    const run = await explain(`${accessToken.slice(0, at)}$${accessToken.slice(at + 1)}`)
    expect(run.code).toBe(3)
    const lines = run.stdout.split('\n')
    const caret = lines.findIndex((line) => /^ +\^$/.test(line))
    expect(lines[caret - 1]?.[lines[caret]?.indexOf('^') ?? -1]).toBe('$')
  })

  test('shows no password, card or secret, and repeats none in a finding', async () => {
    const run = await explain(carelessToken)
    expect(run.stdout).toContain('(not shown: password)')
    expect(run.stdout).not.toMatch(/hunter2|4111111111111111/)
  })

  test('shows the grade of all of it, with what it came in', async () => {
    const bare = await explain(accessToken)
    expect(bare.stdout).toMatch(/^Grade +A {2}nothing was found$/m)
    const ways = [
      `Set-Cookie: session=${accessToken}`,
      `https://x.example/?access_token=${accessToken}`,
      `Set-Cookie: session=rt_${'A'.repeat(75)}`,
      `Set-Cookie: a=${accessToken}\nSet-Cookie: b=${accessToken}`,
    ]
    for (const input of ways) {
      const { grade } = JSON.parse((await explain(input, '--json')).stdout)
      expect(grade).not.toBe('A')
      const { stdout } = await explain(input)
      expect(stdout.match(/^Grade +\w/gm)?.map((row) => row.at(-1))).toEqual([grade])
      expect(stdout).not.toMatch(/^Grade.*nothing was found/m)
    }
  })

  test('shows none further in either, in lists, objects, JSON texts and tokens', async () => {
    const run = await explain(nestedSecrets)
    expect(run.code).toBe(0)
    const shown = run.stdout.replace(/\s/g, '')
    expect(shown).not.toMatch(HIDDEN)
    expect(shown).toContain('"password":"(notshown:password)"')
    expect(shown).toContain(`see${segment({ alg: 'HS256' })}.…`)
    expect(shown).toContain('"theme":"dark"')
    // More than a rule has findings for.
    const many = { many: Array.from({ length: 50 }, (_, at) => ({ password: `hunter${at}` })) }
    const crowd = await explain(`${segment({ alg: 'ES256' })}.${segment(many)}.AAAA`)
    expect(crowd.stdout).not.toContain('hunter')
  })

  test('H15 no control character of a token reaches the terminal, in names, values or below them', async () => {
    const evil = '\u001b[2J\u0007\u009b31m\u202e\r\nexp: never\u2028\u{e0041}'
    const claims = { sub: evil, [evil]: 'x', list: [evil, { [evil]: evil }], exp: 5 }
    const token = `${segment({ alg: 'ES256', kid: evil, typ: evil })}.${segment(claims)}.AAAA`
    for (const words of [[], ['--json']]) {
      const run = await explain(token, ...words)
      expect(run.code).toBe(0)
      expect(run.stdout).toMatch(/^[\n\x20-\x7e…]+$/)
      expect(run.stdout).not.toMatch(/^ *exp: never/m)
    }
    await desk.put('evil.txt', token)
    const diff = await desk.signet(['token', 'diff', 'evil.txt', 't.txt'])
    expect(diff.stdout).toMatch(/^[\n\x20-\x7e…]+$/)
    expect(diff.stdout).not.toMatch(/^ *exp: never/m)
  })
})

describe('signet token diff', () => {
  test('prints JSON, and takes one side from stdin', async () => {
    const run = await desk.signet(['token', 'diff', 't.txt', '-', '--json'], laterToken)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const { content, signature, claims } = JSON.parse(run.stdout)
    expect({ content, signature }).toEqual({ content: 'different', signature: 'different' })
    expect(claims.map(({ name }: { name: string }) => name)).toContain('roles')
  })

  test('a side that cannot be read is 3, stdin twice 2', async () => {
    expect((await desk.signet(['token', 'diff', 't.txt', '-'], 'garbage')).code).toBe(3)
    const twice = await desk.signet(['token', 'diff', '-', '-'], accessToken)
    expect(twice).toMatchObject({ code: 2, stdout: '' })
  })

  test('shows none further in either', async () => {
    for (const sides of [
      ['t.txt', '-'],
      ['-', 't.txt'],
    ]) {
      const run = await desk.signet(['token', 'diff', ...sides, '--now', NOW], nestedSecrets)
      expect(run.code).toBe(0)
      const shown = run.stdout.replace(/\s/g, '')
      expect(shown).toContain('(notshown:password)')
      expect(shown).not.toMatch(HIDDEN)
    }
  })

  test('shows no password of either side', async () => {
    const run = await desk.signet(['token', 'diff', 't.txt', '-', '--now', NOW], carelessToken)
    expect(run.stdout).toContain('(not shown: password)')
    expect(run.stdout).not.toMatch(/hunter2|4111111111111111/)
  })
})

describe('signet token redact', () => {
  const redact = (stdin: string, ...words: string[]) =>
    desk.signet(['token', 'redact', ...words], stdin)

  test('keeps the text around, and drops signature and private values', async () => {
    const run = await redact(`see: Bearer ${carelessToken} and so on\n`)
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^see: Bearer [\w-]+\.[\w-]+\.redacted and so on\n$/)
    expect(run.stderr).toMatch(/^signet: 1 token rewritten, \d+ values replaced\.\n/)
    const again = await explain(run.stdout)
    expect(again.code).toBe(0)
    expect(again.stdout).not.toMatch(/ada@example\.com|hunter2/)
  })

  test('prints JSON', async () => {
    const run = await redact(accessToken, '--json')
    expect(JSON.parse(run.stdout)).toMatchObject({ tokens: 1, replaced: { signature: 1 } })
  })

  test('says on stderr what is still in doubt, and exits with 0', async () => {
    const run = await redact(`see ${carelessToken} of k9Zq3vTn8LwXc4Rb7YmD2sFh and so on`, '--json')
    expect(run.code).toBe(0)
    const { words, warnings } = JSON.parse(run.stdout)
    expect(warnings.length).toBeGreaterThan(0)
    const notes = [words, ...warnings].map((one) => `signet: ${one}\n`).join('')
    expect(run.stderr).toBe(notes)
  })

  test('prints nothing, and exits with 3, where it found nothing to take out', async () => {
    expect(await redact('nothing in here')).toMatchObject({ code: 3, stdout: '' })
  })
})
