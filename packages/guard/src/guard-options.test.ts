import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeySet, generateKey, secretKey } from '@signet/token'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type GuardOptions, parseGuardOptions } from './guard-options.ts'

const GOOD = { issuer: 'https://issuer.example', audience: 'https://service.example' }
const CLIENT = { clientId: 'cli_1', clientSecret: 'cs_unmentionable' }
const SOURCE = {
  isRevoked: () => false,
  stalenessMs: () => 0,
  ready: async () => {},
  close: () => {},
  health: () => ({ connected: true, cursor: null, size: 0, lastError: null }),
}
const key = await generateKey('ES256')
const secret = secretKey(Buffer.alloc(32, 'a1b2c3'), { algorithm: 'HS256' })

const GOOD_OPTIONS: Record<string, GuardOptions> = {
  'the two that are needed': GOOD,
  'a plain issuer on this machine': { ...GOOD, issuer: 'http://localhost:3000' },
  'several audiences': { ...GOOD, audience: ['a', 'b'] },
  'any audience, spelled out': { ...GOOD, audience: null },
  'any issuer, with keys and no feed': {
    issuer: null,
    audience: 'a',
    keys: key,
    revocation: 'none',
  },
  'an issuer that is no address, with keys and no feed': {
    issuer: 'issuer',
    audience: 'a',
    keys: createKeySet([key]),
    revocation: 'none',
  },
  'several issuers': {
    issuers: [GOOD, { ...GOOD, issuer: 'https://two.example', revocation: 'none' }],
    maxStalenessSeconds: 30,
  },
  'credentials, and introspection with them': {
    ...GOOD,
    credentials: CLIENT,
    onStale: 'introspect',
  },
  'options that are there but undefined': { ...GOOD, keys: undefined, onStale: undefined },
}

const BAD_OPTIONS: [string, unknown, RegExp][] = [
  ['nothing', undefined, /must be an object/],
  ['no issuer', { audience: 'a' }, /issuer is needed/],
  ['no audience', { issuer: GOOD.issuer }, /audience is needed/],
  ['an empty list of audiences', { ...GOOD, audience: [] }, /audience is needed/],
  ['an empty audience', { ...GOOD, audience: [''] }, /audience is needed/],
  ['a list for an issuer', { ...GOOD, issuer: [GOOD.issuer] }, /issuer is needed/],
  ['plain http to elsewhere', { ...GOOD, issuer: 'http://issuer.example' }, /https address/],
  ['a query in the issuer', { ...GOOD, issuer: 'https://issuer.example/?a' }, /https address/],
  ['a misspelt option', { ...GOOD, audiance: 'a' }, /no option audiance/],
  ['a misspelt option of an issuer', { issuers: [{ ...GOOD, alg: [] }] }, /issuers\[0\]\.alg/],
  ['an option of an issuer beside issuers', { issuers: [GOOD], audience: 'a' }, /no option aud/],
  ['the same issuer twice', { issuers: [GOOD, GOOD] }, /must be different/],
  ['no issuers', { issuers: [] }, /one or more/],
  ['any issuer among several', { issuers: [GOOD, { ...GOOD, issuer: null }] }, /must be a text/],
  ['any issuer without keys', { ...GOOD, issuer: null }, /needs keys/],
  ['too much tolerance', { ...GOOD, clockToleranceSeconds: 61 }, /from 0 to 60/],
  ['endless tolerance', { ...GOOD, clockToleranceSeconds: Infinity }, /from 0 to 60/],
  ['tolerance as a text', { ...GOOD, clockToleranceSeconds: '10' }, /from 0 to 60/],
  ['no number for staleness', { ...GOOD, maxStalenessSeconds: Number.NaN }, /from 3 to/],
  ['too little staleness', { ...GOOD, maxStalenessSeconds: 2 }, /from 3 to 3600/],
  ['introspection without credentials', { ...GOOD, onStale: 'introspect' }, /needs credentials/],
  [
    'introspection without a feed',
    { ...GOOD, onStale: 'introspect', revocation: 'none' },
    /needs a revocation feed/,
  ],
  ['a text for credentials', { ...GOOD, credentials: 'id:secret' }, /credentials must be/],
  ['no secret', { ...GOOD, credentials: { clientId: 'c' } }, /credentials must be/],
  ['an empty secret', { ...GOOD, credentials: { ...CLIENT, clientSecret: '' } }, /must be an obj/],
  ['credentials for nothing', { ...GOOD, credentials: CLIENT, revocation: 'none' }, /are for a f/],
  ['another policy', { ...GOOD, onStale: 'ignore' }, /'accept', 'refuse' or 'introspect'/],
  ['refuse without a feed', { ...GOOD, onStale: 'refuse', revocation: 'none' }, /needs a revoc/],
  ['revocation misspelt', { ...GOOD, revocation: 'off' }, /'feed', 'none'/],
  ['half a revocation source', { ...GOOD, revocation: { isRevoked() {} } }, /RevocationSource/],
  [
    'a revocation source whose time is none',
    { ...GOOD, revocation: { ...SOURCE, now: 1 } },
    /RevocationSource/,
  ],
  ['a text for keys', { ...GOOD, keys: 'secret' }, /never a text/],
  ['no algorithms', { ...GOOD, algorithms: [] }, /known algorithms/],
  ['none for an algorithm', { ...GOOD, algorithms: ['none'] }, /known algorithms/],
  ['a secret algorithm for public keys', { ...GOOD, algorithms: ['HS256'] }, /both symmetric/],
  ['both kinds', { ...GOOD, algorithms: ['HS256', 'ES256'], keys: secret }, /must not mix/],
  ['a public algorithm for a secret', { ...GOOD, algorithms: ['ES256'], keys: secret }, /both/],
  ['no function for fetch', { ...GOOD, fetch: 'https' }, /fetch must be a function/],
  ['no function for events', { ...GOOD, onEvent: {} }, /onEvent must be a function/],
  ['no lifetime', { ...GOOD, maxLifetimeSeconds: 0 }, /maxLifetimeSeconds/],
  ['an empty type', { ...GOOD, tokenType: '' }, /tokenType/],
]

describe('parseGuardOptions', () => {
  it.each(Object.entries(GOOD_OPTIONS))('takes %s', (_name, options) => {
    expect(() => parseGuardOptions(options)).not.toThrow()
  })

  it.each(BAD_OPTIONS)('refuses %s', (_name, options, message) => {
    expect(() => parseGuardOptions(options as GuardOptions)).toThrow(TypeError)
    expect(() => parseGuardOptions(options as GuardOptions)).toThrow(message)
  })

  it('says everything that is wrong at once', () => {
    const options = { clockToleranceSeconds: -1, onStale: 'x', typo: 1 } as unknown as GuardOptions
    expect(() => parseGuardOptions(options)).toThrow(
      /clockTolerance.*onStale.*no option typo.*issuer is needed.*audience is needed/,
    )
  })

  it('allows every asymmetric algorithm by default, and with a secret only its own', () => {
    const [discovered] = parseGuardOptions(GOOD).issuers
    expect(discovered?.algorithms).toContain('ES256')
    expect(discovered?.algorithms.filter((name) => name.startsWith('HS'))).toEqual([])
    const [shared] = parseGuardOptions({ ...GOOD, keys: secret, revocation: 'none' }).issuers
    expect(shared?.algorithms).toEqual(['HS256'])
  })

  it('names no secret in what it says of credentials', () => {
    const options = { ...GOOD, credentials: CLIENT, revocation: 'none' as const }
    expect(() => parseGuardOptions(options)).toThrow(/^(?!.*unmentionable)/)
  })
})

describe('credentials from the environment', () => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signet-guard-'))
    file = join(folder, 'secret')
    await writeFile(file, 'cs_from_file\n')
    vi.stubEnv('SIGNET_CLIENT_ID', 'cli_env')
    vi.stubEnv('SIGNET_CLIENT_SECRET_FILE', file)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })

  const credentialsOf = (options: GuardOptions) =>
    parseGuardOptions(options).issuers.map(({ credentials }) => credentials?.() ?? null)

  it('speak for a guard of one issuer with a feed that names none', () => {
    const fromFile = { clientId: 'cli_env', clientSecret: 'cs_from_file' }
    expect(credentialsOf(GOOD)).toEqual([fromFile])
    expect(credentialsOf({ ...GOOD, credentials: CLIENT })).toEqual([CLIENT])
    expect(credentialsOf({ ...GOOD, credentials: null })).toEqual([null])
    expect(credentialsOf({ ...GOOD, revocation: 'none' })).toEqual([null])
    expect(credentialsOf({ issuers: [GOOD, { ...GOOD, issuer: 'https://b.example' }] })).toEqual([
      null,
      null,
    ])
  })

  it('are read anew each time, so that a file may be replaced', async () => {
    const [issuer] = parseGuardOptions(GOOD).issuers
    await writeFile(file, 'cs_next')
    expect(issuer?.credentials?.().clientSecret).toBe('cs_next')
  })

  it.each([
    ['only one of the two', () => vi.stubEnv('SIGNET_CLIENT_ID', ''), /must both be set/],
    ['no file', () => rm(file), /cannot be read/],
    ['an empty file', () => writeFile(file, ' \n'), /is empty/],
  ])('are a problem that is told at once: %s', async (_name, prepare, message) => {
    await prepare()
    expect(() => parseGuardOptions(GOOD)).toThrow(TypeError)
    expect(() => parseGuardOptions(GOOD)).toThrow(message)
    expect(() => parseGuardOptions(GOOD)).toThrow(/^(?!.*signet-guard-)/)
    await writeFile(file, 'x')
  })
})
