import { join } from 'node:path'
import {
  openTempFolder,
  type SpawnedAuthority,
  spawnAuthority,
  type TempFolder,
  type TokenAnswer,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queryFile } from './database-file.ts'
import { createProofRun } from './proofs/proof-run.ts'
import { proveRefreshes } from './proofs/refreshes.ts'

// One process answers one request after the other as long as its database does; only several
// processes decide at the same moment.

const PASSWORD = 'correct horse battery'
const ROUNDS = 200

let folder: TempFolder
let databasePath: string
let authorities: SpawnedAuthority[] = []

beforeAll(async () => {
  folder = await openTempFolder()
  databasePath = join(folder.path, 'data', 'signet.db')
  const settings = {
    SIGNET_DATABASE_URL: `sqlite:${databasePath}`,
    SIGNET_ISSUER: 'http://localhost:3000',
  }
  authorities = await Promise.all([1, 2, 3].map(() => spawnAuthority({ settings })))
  await clientOf(0).signup('ada@example.com', PASSWORD)
})

afterAll(async () => {
  for (const authority of authorities) await authority[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

function clientOf(index: number) {
  const authority = authorities[index % authorities.length]
  if (authority === undefined) throw new Error('no authority was started')
  return authority.client
}

async function login(): Promise<TokenAnswer> {
  const { status, body } = await clientOf(0).login('ada@example.com', PASSWORD)
  expect(status).toBe(200)
  return body
}

test('started at once on an empty folder they share one secret and one pair of keys', async () => {
  const sets = await Promise.all(
    [0, 1, 2].map((index) => clientOf(index).call<{ keys: unknown[] }>('/.well-known/jwks.json')),
  )
  for (const { body } of sets) expect(body).toEqual(sets[0]?.body)
  expect(sets[0]?.body.keys).toHaveLength(2)
})

test.each(['SQLite', 'PostgreSQL'] as const)(
  `G06 R2 64 refreshes of one token at once over three processes on %s have one successor, ${ROUNDS} times`,
  async (database) => {
    const run = createProofRun({ database, seed: 1, count: ROUNDS })
    await proveRefreshes(run)
    expect(run.tally.of('rotations by 64 at once')).toBe(0.75 * ROUNDS)
    expect(run.tally.of('repairs by 64 at once')).toBe(0.25 * ROUNDS)
    // Who is told to come again got no successor, and has shown nothing.
    expect(run.tally.of('granted')).toBeGreaterThan(60 * ROUNDS)
  },
  600_000,
)

test('G04 R3 a refresh in one process against the logout in another: nothing goes on, 40 times', async () => {
  for (let round = 0; round < 40; round++) {
    const pair = await login()
    const [logout, ...refreshes] = await Promise.all([
      clientOf(round).logout(pair.accessToken),
      ...[1, 2, 1, 2].map((step) => clientOf(round + step).refresh(pair.refreshToken)),
    ])
    expect(logout.status).toBe(204)
    const successors = refreshes.filter(({ status }) => status === 200).map(({ body }) => body)
    for (const [index, survivor] of [pair, ...successors].entries()) {
      const refresh = await clientOf(index).refresh(survivor.refreshToken)
      expect([refresh.status, refresh.body.code]).toEqual([401, 'session_ended'])
      // G02 Whichever process is asked, and before any feed has told it.
      expect((await clientOf(index + 1).profile(survivor.accessToken)).status).toBe(401)
    }
    const { claims } = decode((successors[0] ?? pair).accessToken)
    const entries = await queryFile(
      databasePath,
      'select expires_at from revocations where subject_id = ?',
      [claims['sid']],
    )
    expect(entries).toHaveLength(1)
    expect(Number(entries[0]?.['expires_at'])).toBeGreaterThanOrEqual(Number(claims.exp) + 60)
  }
})
