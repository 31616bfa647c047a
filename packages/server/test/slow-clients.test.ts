import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { type SpawnedAuthority, spawnAuthority, type TokenAnswer } from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasSlowClients, SLOW_KINDS, startSlowClients, useHonestly } from './proofs/slow-clients.ts'

const CONNECTIONS = 100
/** The body's 30 s, and time for a busy machine. */
const SECONDS = 60
const TIMEOUT = { timeout: 120_000 }

/** What 300 connections may take, with what the allocator keeps. */
const MAX_GROWTH_BYTES = 150 * 1_048_576

let authority: SpawnedAuthority
let sessions: TokenAnswer[]

beforeAll(async () => {
  authority = await spawnAuthority()
  const { client } = authority
  const people = ['ada', 'bo', 'cy', 'dee'].map((name) => `${name}@example.com`)
  sessions = await Promise.all(
    people.map(async (email) => (await client.signup(email, 'correct horse battery')).body),
  )
})

afterAll(() => authority[Symbol.asyncDispose]())

async function memoryBytes(): Promise<number> {
  const status = await readFile(`/proc/${authority.pid()}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
}

test.skipIf(!hasSlowClients())(
  `K15 R11 ${CONNECTIONS} slow clients of each kind keep nobody from an answer, are cut, and take bounded memory`,
  TIMEOUT,
  async () => {
    const before = await memoryBytes()
    const slow = SLOW_KINDS.map((kind) =>
      startSlowClients({
        url: authority.url,
        kind,
        connections: CONNECTIONS,
        seconds: SECONDS,
        renewed: false,
      }),
    )
    const [headers, body, read] = slow
    await Promise.all(slow.map(({ filled }) => filled))
    const honest = await useHonestly(authority.client, { sessions, seconds: 5 })
    expect(honest.failures).toEqual([])
    expect(honest.latencies.length).toBeGreaterThan(200)
    const growth = (await memoryBytes()) - before
    // Those who read slowly hold what was answered for longer than the rest: nothing to wait for.
    const [headersReport, bodyReport] = await Promise.all([headers?.ended, body?.ended])
    await read?.[Symbol.asyncDispose]()
    expect(headersReport).toEqual({ most: CONNECTIONS, wereAllCut: true })
    expect(bodyReport).toEqual({ most: CONNECTIONS, wereAllCut: true })
    expect(await read?.ended).toMatchObject({ most: CONNECTIONS })
    expect(growth).toBeLessThan(MAX_GROWTH_BYTES)
  },
)

describe.concurrent('K15 a client that never closes is cut', () => {
  const post = 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
  test.each([
    ['sends nothing', '', /^HTTP\/1.1 408 /],
    ['sends no whole headers', 'GET / HTTP/1.1\r\nHost: x\r\n', /^HTTP\/1.1 408 /],
    ['sends no whole body', `${post}Content-Length: 100\r\n\r\n{`, /^HTTP\/1.1 408 /],
    ['sends no HTTP', 'nonsense\r\n\r\n', /^HTTP\/1.1 400 /],
  ])('and %s', TIMEOUT, async (_what, text, status) => {
    const answer = await talkForEver(text, text === '' ? null : 'x')
    expect(answer).toMatch(status)
  })

  test('and takes no answer', TIMEOUT, async () => {
    // More answers than the system keeps for a reader: 22 KiB each.
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(authority.url).port) })
    socket.on('error', () => {})
    socket.pause()
    for (let request = 0; request < 1_000; request++) {
      socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n')
    }
    const isAlive = setInterval(() => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 1_000)
    await closeOf(socket)
    clearInterval(isAlive)
  })
})

/** Not `once`: what is written to a socket that is gone is an error, and here what is waited for. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** Sends `text`, then `piece` every second, without ever ending its own side; what was answered. */
async function talkForEver(text: string, piece: string | null): Promise<string> {
  const { hostname: host, port } = new URL(authority.url)
  const socket = connect({ host, port: Number(port), allowHalfOpen: true }).setEncoding('utf8')
  let answer = ''
  socket.on('data', (part: string) => {
    answer += part
  })
  socket.on('error', () => {})
  socket.write(text)
  if (piece === null) await once(socket, 'end')
  const talking = setInterval(() => socket.write(piece ?? 'x'), 1_000)
  await closeOf(socket)
  clearInterval(talking)
  return answer
}
