import { setTimeout as sleep } from 'node:timers/promises'
import { type SpawnedAuthority, spawnAuthority } from '@signet/testkit'
import { decode } from '@signet/token'
import { expect, test } from 'vitest'

const CYCLES = 40
const SEED = 20_261
const PASSWORD = 'correct horse battery'

/** mulberry32: the same seed kills at the same moments, as far as a machine can repeat one. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function generationOf(refreshToken: string): number {
  return Buffer.from(refreshToken.slice(3), 'base64url').readUInt32BE(16)
}

/** Refreshes until the authority does not answer any more; holds what was acknowledged last. */
class RefreshingClient {
  readonly #authority: SpawnedAuthority
  refreshToken: string
  acknowledged = 0

  constructor(authority: SpawnedAuthority, refreshToken: string) {
    this.#authority = authority
    this.refreshToken = refreshToken
  }

  async runUntilCut(): Promise<void> {
    for (;;) {
      try {
        await this.refresh()
      } catch (error) {
        // A connection that broke is the cut; whatever else is wrong is the test's to report.
        if (error instanceof TypeError) return
        throw error
      }
    }
  }

  async refresh(): Promise<void> {
    const before = this.refreshToken
    const { status, body } = await this.#authority.client.refresh(before)
    expect([status, body.code]).toEqual([200, undefined])
    expect(generationOf(body.refreshToken)).toBeGreaterThan(generationOf(before))
    this.refreshToken = body.refreshToken
    this.acknowledged += 1
  }
}

test(`R1 kill -9 in the middle of refreshes, ${CYCLES} times with seed ${SEED}: no acknowledged generation and no honest session is lost`, async () => {
  const random = createRandom(SEED)
  await using authority = await spawnAuthority()
  const pairs = [await authority.client.signup('ada@example.com', PASSWORD)]
  pairs.push(await authority.client.login('ada@example.com', PASSWORD))
  const clients = pairs.map(({ body }) => new RefreshingClient(authority, body.refreshToken))
  const ended = await authority.client.login('ada@example.com', PASSWORD)
  await authority.client.logout(ended.body.accessToken)

  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const running = clients.map((client) => client.runUntilCut())
    await sleep(random() * 120)
    await authority.stop('SIGKILL')
    await Promise.all(running)

    await authority.start()
    // The repeat of the request whose answer the kill cut off, or the next one: it goes on. A row
    // that had gone back behind an acknowledged generation would answer 503.
    for (const client of clients) await client.refresh()
  }

  for (const client of clients) expect(client.acknowledged).toBeGreaterThan(2 * CYCLES)
  const { body: feed } = await authority.client.call<{ entries: { id: string }[] }>('/revocations')
  expect(feed.entries.map(({ id }) => id)).toEqual([decode(ended.body.accessToken).claims['sid']])
  expect((await authority.client.refresh(ended.body.refreshToken)).status).toBe(401)
}, 150_000)
