import { describe, expect, test } from 'vitest'
import {
  announceSecondsOf,
  cacheSecondsOf,
  type KeyFacts,
  type KeyRules,
  planKeys,
} from './key-plan.ts'
import { momentsOf } from './key-timeline.ts'

const DAY = 86_400
const NOW = 1_800_000_000
const RULES: KeyRules = {
  algorithm: 'ES256',
  keyRotationSeconds: 30 * DAY,
  accessTtlSeconds: 900,
}

const key = (kid: string, facts: Partial<KeyFacts>): KeyFacts => ({
  kid,
  algorithm: 'ES256',
  state: 'next',
  createdAt: NOW,
  announcedAt: null,
  activatedAt: null,
  retiredAt: null,
  revokedAt: null,
  dueAt: null,
  announceSeconds: 601,
  tokenSeconds: 900,
  ...facts,
})

/** A ring in which nothing is due: `a` signs since now, `n` is published since then. */
const a = (facts: Partial<KeyFacts> = {}) =>
  key('a', { state: 'active', activatedAt: NOW, announcedAt: NOW, ...facts })
const n = (facts: Partial<KeyFacts> = {}) => key('n', { announcedAt: NOW, ...facts })
const r = (facts: Partial<KeyFacts> = {}) => key('r', { state: 'retiring', ...facts })

const create = (state: 'next' | 'active', algorithm = 'ES256') => ({
  type: 'create',
  state,
  algorithm,
})
const rotation = [{ type: 'retire', kid: 'a' }, { type: 'activate', kid: 'n' }, create('next')]

const lengthened = (kid: string, promise: Partial<KeyFacts>) => ({
  type: 'lengthen',
  kid,
  announceSeconds: 601,
  tokenSeconds: 900,
  ...promise,
})

interface Case {
  readonly what: string
  readonly keys: readonly KeyFacts[]
  readonly after?: number
  readonly rules?: Partial<KeyRules>
  readonly isStart?: boolean
  readonly plan: readonly object[]
}

const CASES: readonly Case[] = [
  { what: 'a ring without keys gets both', keys: [], plan: [create('active'), create('next')] },
  { what: 'nothing is due at first', keys: [a(), n()], plan: [] },
  { what: 'a next key that is missing is made', keys: [a()], plan: [create('next')] },
  {
    what: 'a next key is announced once it was seen',
    keys: [a(), n({ announcedAt: null })],
    plan: [{ type: 'announced', kid: 'n' }],
  },
  { what: 'a key signs for its whole time', keys: [a(), n()], after: 30 * DAY - 1, plan: [] },
  { what: 'then the next one takes over', keys: [a(), n()], after: 30 * DAY, plan: rotation },
  {
    what: 'a key that was not seen to be published never signs, however old it is',
    keys: [a(), n({ announcedAt: null })],
    after: 90 * DAY,
    plan: [{ type: 'announced', kid: 'n' }],
  },
  {
    what: 'a key published just now waits until no cache can be without it',
    keys: [a({ activatedAt: NOW - 40 * DAY }), n()],
    after: 600,
    plan: [],
  },
  {
    what: 'and then signs at once',
    keys: [a({ activatedAt: NOW - 40 * DAY }), n()],
    after: 601,
    plan: rotation,
  },
  {
    what: 'an operator’s wish comes before the time is over',
    keys: [a({ dueAt: NOW }), n()],
    after: 601,
    plan: rotation,
  },
  {
    what: 'but not before the next key may sign',
    keys: [a({ dueAt: NOW }), n()],
    after: 600,
    plan: [],
  },
  {
    what: 'a retired key is noted once it was seen to be so',
    keys: [a(), n(), r()],
    plan: [{ type: 'retired', kid: 'r' }],
  },
  {
    what: 'it stays while its last token may live somewhere: life, leeway, 5 s, 1 s of rounding',
    keys: [a(), n(), r({ retiredAt: NOW })],
    after: 900 + 60 + 5,
    plan: [],
  },
  {
    what: 'and then goes',
    keys: [a(), n(), r({ retiredAt: NOW })],
    after: 900 + 60 + 5 + 1,
    plan: [{ type: 'remove', kid: 'r' }],
  },
  {
    what: 'one whose tokens live longer stays longer, whatever the settings are now',
    keys: [a(), n(), r({ retiredAt: NOW, tokenSeconds: 3_600 })],
    after: 966,
    plan: [],
  },
  {
    what: 'longer tokens are written down before the key signs one',
    keys: [a(), n()],
    rules: { accessTtlSeconds: 3_600 },
    plan: ['a', 'n'].map((kid) => lengthened(kid, { tokenSeconds: 3_600 })),
  },
  {
    what: 'shorter ones change nothing',
    keys: [a(), n()],
    rules: { accessTtlSeconds: 60 },
    plan: [],
  },
  {
    what: 'a process whose caches are longer makes a key wait longer',
    keys: [a(), n({ announceSeconds: 3 })],
    plan: [lengthened('n', {})],
  },
  {
    what: 'and so does what was promised to caches in the days of the active key',
    keys: [a({ activatedAt: NOW - DAY }), n({ announceSeconds: 3 })],
    after: 600,
    rules: { keyRotationSeconds: 5 },
    plan: [],
  },
  {
    what: 'until that is over',
    keys: [a({ activatedAt: NOW - DAY }), n({ announceSeconds: 3 })],
    after: 601,
    rules: { keyRotationSeconds: 5 },
    plan: rotation,
  },
  {
    what: 'a revoked key leaves its place to the next at once, published or not',
    keys: [a({ state: 'revoked', revokedAt: NOW }), n({ announcedAt: null })],
    plan: [{ type: 'announced', kid: 'n' }, { type: 'activate', kid: 'n' }, create('next')],
  },
  {
    what: 'two revoked at once leave a new pair',
    keys: [a({ state: 'revoked' }), n({ state: 'revoked' })],
    plan: [create('active'), create('next')],
  },
  {
    what: 'revoked ones stay for ever',
    keys: [a(), n(), r({ state: 'revoked', retiredAt: NOW - 90 * DAY })],
    plan: [],
  },
  {
    what: 'a start with another algorithm announces its key first',
    keys: [a(), n()],
    after: DAY,
    rules: { algorithm: 'RS256' },
    isStart: true,
    plan: [{ type: 'remove', kid: 'n' }, create('next', 'RS256')],
  },
  {
    what: 'which takes over as soon as it may',
    keys: [a(), n({ algorithm: 'RS256' })],
    after: 601,
    plan: [{ type: 'retire', kid: 'a' }, { type: 'activate', kid: 'n' }, create('next', 'RS256')],
  },
  {
    what: 'a running process with older settings does not turn it back',
    keys: [a({ algorithm: 'RS256' }), n({ algorithm: 'RS256' })],
    after: DAY,
    plan: [],
  },
]

test.each(CASES)('$what', ({ keys, after = 0, rules, isStart = false, plan }) => {
  const at = { rules: { ...RULES, ...rules }, now: NOW + after, isStart }
  expect(planKeys(keys, at)).toEqual(plan)
})

describe('caches', () => {
  test.each([
    ['30d', 30 * DAY, 300, 601],
    ['25m', 1_500, 300, 601],
    ['1m', 60, 12, 25],
    ['5s', 5, 1, 3],
  ])('a rotation of %s', (_, keyRotationSeconds, cache, announce) => {
    const rules = { ...RULES, keyRotationSeconds }
    const keys = [a(), n({ announceSeconds: announceSecondsOf(rules) })]
    expect([cacheSecondsOf(keys, rules), announceSecondsOf(rules)]).toEqual([cache, announce])
    // Or a key would never be published long enough in time.
    expect(announce).toBeLessThan(keyRotationSeconds)
  })

  test('are promised no more than the next key waits, whatever the settings say', () => {
    expect(cacheSecondsOf([a(), n({ announceSeconds: 3 })], RULES)).toBe(1)
    expect(cacheSecondsOf([a()], RULES)).toBe(0)
  })
})

describe('the timeline', () => {
  const moments = (keys: readonly KeyFacts[]) =>
    keys.map((one) => momentsOf(one, { keys, rules: RULES }))

  test('foretells the rotation, and when each can go', () => {
    const rotates = NOW + 30 * DAY
    expect(moments([r({ retiredAt: NOW }), a(), n()])).toEqual([
      { signsAt: null, retiresAt: null, goesAt: NOW + 966 },
      { signsAt: null, retiresAt: rotates, goesAt: rotates + 966 },
      { signsAt: rotates, retiresAt: null, goesAt: null },
    ])
  })

  test('says when a wish comes true, and when another algorithm takes over', () => {
    const wished = [a({ dueAt: NOW }), n()]
    expect(moments(wished)[1]?.signsAt).toBe(NOW + 601)
    const other = [a(), n({ algorithm: 'EdDSA' })]
    expect(moments(other)[1]?.signsAt).toBe(NOW + 601)
  })

  test('is silent about what nobody has seen yet', () => {
    expect(moments([a(), n({ announcedAt: null }), r()])).toEqual([
      { signsAt: null, retiresAt: null, goesAt: null },
      { signsAt: null, retiresAt: null, goesAt: null },
      { signsAt: null, retiresAt: null, goesAt: null },
    ])
  })
})
