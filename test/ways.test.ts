import { Session } from 'node:inspector/promises'
import { startAuthority, startService } from '@signet/testkit'
import { expect, test } from 'vitest'
import { blockAfter } from './documents.ts'

// What runs is taken from the runtime's own coverage of the built files of authority and guard,
// which all run in this process.

test('the three ways pass the files that ARCHITECTURE.md lists and no others', async () => {
  await using coverage = await openCoverage()
  await using authority = await startAuthority()
  const { client, config } = authority
  const feed = `${authority.url}/revocations/stream`
  const person = ['ada@example.com', 'correct horse battery'] as const
  await client.signup(...person)
  await using service = await startService({ issuer: config.issuer, audience: config.issuer })
  await service.guard.ready()

  // What runs by itself twice a second may run during any way.
  const { files: idle } = await coverage.during(() =>
    nextPulses(`${authority.url}/revocations/stream`),
  )
  const login = await coverage.during(() => client.login(...person))
  const { accessToken } = login.result.body
  const request = await coverage.during(() => service.statusOf(accessToken))
  expect(request.result).toBe(200)
  const logout = await coverage.during(async () => {
    await client.logout(accessToken)
    // Asking the service would run what is not on this way: two pulses later it has heard.
    await nextPulses(feed)
  })
  expect(service.guard.health().issuers[0]?.revocations).toBe(1)

  const ways = { login, request, logout }
  for (const [name, { files }] of Object.entries(ways)) {
    const listed = filesListed(name)
    const unlisted = [...files].filter((file) => !listed.has(file) && !idle.has(file))
    const unused = [...listed].filter((file) => !files.has(file))
    expect({ name, unlisted, unused }).toEqual({ name, unlisted: [], unused: [] })
  }
}, 180_000)

/** Waits on a stream of its own until the feed has pulsed twice. */
async function nextPulses(url: string): Promise<void> {
  const abort = new AbortController()
  const response = await fetch(url, { signal: abort.signal })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.split('event: pulse').length > 2) break
  }
  abort.abort()
}

function filesListed(way: string): Set<string> {
  const lines = blockAfter('ARCHITECTURE.md', `way: ${way}`).trim().split('\n')
  return new Set(lines.map((line) => line.split(' ', 1)[0] ?? ''))
}

async function openCoverage() {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })

  /** Source files of which a function was called since the last time this was asked. */
  async function take(): Promise<Set<string>> {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const files = new Set<string>()
    for (const { url, functions } of result) {
      const match = /\/(packages\/(?:server|guard))\/dist\/(.*)\.js$/.exec(url)
      // The function that starts at 0 is the module itself.
      const called = functions.some(({ ranges: [range] }) => {
        return range !== undefined && range.count > 0 && range.startOffset > 0
      })
      if (match !== null && called) files.add(`${match[1]}/src/${match[2]}.ts`)
    }
    return files
  }

  return {
    async during<T>(work: () => Promise<T>): Promise<{ result: T; files: Set<string> }> {
      await take()
      const result = await work()
      return { result, files: await take() }
    },
    async [Symbol.asyncDispose]() {
      session.disconnect()
    },
  }
}
