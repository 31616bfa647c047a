import { readFile } from 'node:fs/promises'
import { type SpawnedAuthority, spawnAuthority } from '@signet/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'
const SETTINGS = { SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS: 'true' }

/** Three or four hashes of 19 MiB at once, what their requests take, and what the allocator keeps. */
const MAX_GROWTH_BYTES = 200 * 1_048_576

let authority: SpawnedAuthority
let accessToken: string

beforeAll(async () => {
  authority = await spawnAuthority({ settings: SETTINGS })
  accessToken = (await authority.client.signup('ada@example.com', PASSWORD)).body.accessToken
})

afterAll(() => authority[Symbol.asyncDispose]())

async function memoryBytes(): Promise<number> {
  const status = await readFile(`/proc/${authority.pid()}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
}

test.skipIf(process.platform !== 'linux')(
  'R14 K06 of 500 logins at once some are told to come back, memory stays bounded, and other routes answer',
  { timeout: 120_000 },
  async () => {
    const { client } = authority
    const before = await memoryBytes()
    let open = true
    let largest = 0
    const profiles: number[] = []
    const watching = (async () => {
      while (open) {
        largest = Math.max(largest, await memoryBytes())
        profiles.push((await client.profile(accessToken)).status)
      }
    })()
    const logins = await Promise.all(
      Array.from({ length: 500 }, () => client.login('ada@example.com', PASSWORD)),
    )
    open = false
    await watching
    const statuses = new Map<number, number>()
    for (const { status, headers } of logins) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status !== 200) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect([...statuses.keys()].sort()).toEqual([200, 503])
    // The queue of 200 was worked off but for who waited too long; who found it full was told at once.
    expect(statuses.get(200)).toBeGreaterThan(20)
    expect(statuses.get(503)).toBeGreaterThan(20)
    expect(profiles.length).toBeGreaterThan(3)
    expect(new Set(profiles)).toEqual(new Set([200]))
    expect(largest - before).toBeLessThan(MAX_GROWTH_BYTES)
    expect((await client.login('ada@example.com', PASSWORD)).status).toBe(200)
  },
)
