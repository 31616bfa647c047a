// Slow clients (promise R11): connections that send or read a few bytes now and then, while others
// use the authority. The slow ones are slowhttptest's, in a process of its own.
import { spawn, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AuthorityClient, openTempFolder, type TokenAnswer } from '@signet/testkit'

/** What each kind does to hold a connection; 5 s pass between its pieces. */
const KINDS = {
  headers: { path: '/api/profile', options: ['-H', '-i', '5'], heldSeconds: 10 },
  body: {
    path: '/login',
    options: ['-B', '-i', '5', '-s', '60000', '-x', '4', '-f', 'application/json'],
    heldSeconds: 30,
  },
  // A window of a few bytes: what is answered stays with us. Nobody is cut before 72 s are over.
  read: {
    path: '/openapi.json',
    options: ['-X', '-k', '3', '-n', '5', '-w', '10', '-y', '20', '-z', '5'],
    heldSeconds: null,
  },
} as const

export type SlowKind = keyof typeof KINDS
export const SLOW_KINDS = Object.keys(KINDS) as SlowKind[]

export function hasSlowClients(): boolean {
  return spawnSync('slowhttptest', ['-h']).error === undefined
}

export interface SlowClients extends AsyncDisposable {
  /** Resolves once as many are open as were asked for. */
  readonly filled: Promise<void>
  /** After `seconds`, or as soon as none of the connections is left. */
  readonly ended: Promise<SlowReport>
}

export interface SlowReport {
  /** Open at one time, at most. */
  readonly most: number
  /** None was left before the time was over. */
  readonly wereAllCut: boolean
}

/**
 * Holds `connections` open at once for `seconds`; with `renewed` new ones take the place of those that
 * are cut, otherwise it ends when all were.
 */
export function startSlowClients(options: {
  url: string
  kind: SlowKind
  connections: number
  seconds: number
  renewed: boolean
}): SlowClients {
  const { url, kind, connections, seconds, renewed } = options
  const { path, options: words, heldSeconds } = KINDS[kind]
  // A quarter more than are cut: on a busy machine the tool is late.
  const perSecond = Math.ceil((1.25 * connections) / (heldSeconds ?? 10))
  const isRenewed = renewed && heldSeconds !== null
  const total = connections + (isRenewed ? perSecond * seconds : 0)
  const numbers = { c: total, r: isRenewed ? perSecond : connections, l: seconds }
  const counted = Object.entries(numbers).flatMap(([name, value]) => [`-${name}`, String(value)])
  const stopped = new AbortController()
  const ended = (async () => {
    await using folder = await openTempFolder()
    const statistics = join(folder.path, 'slow')
    const child = spawn(
      'slowhttptest',
      [...words, ...counted, '-u', url + path, '-g', '-o', statistics],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    const said = text(child.stdout)
    const stop = () => child.kill('SIGINT')
    stopped.signal.addEventListener('abort', stop)
    const wereAllCut = (await said).includes('No open connections left')
    return { most: mostOf(await readFile(`${statistics}.csv`, 'utf8')), wereAllCut }
  })()
  return {
    filled: sleep(isRenewed ? heldSeconds * 1000 : 2_000),
    ended,
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await ended
    },
  }
}

/** A line a second: seconds, closed, pending, connected, all there are to be. */
function mostOf(csv: string): number {
  const rows = csv.split('\n').map((line) => Number(line.split(',')[3] ?? 0))
  return Math.max(0, ...rows.filter((open) => open > 0))
}

/** Honest requests begin so often, whatever became of those before: waiting counts. */
const REQUEST_EVERY_MS = 20

export interface HonestUse {
  /** Milliseconds from when a request was due to the end of its answer, sorted. */
  readonly latencies: readonly number[]
  /** What was not answered as it should be. */
  readonly failures: readonly string[]
}

/**
 * What users do meanwhile, each request on a connection of its own: they are asked who they are, and
 * every fifth goes on with its session.
 */
export async function useHonestly(
  client: AuthorityClient,
  { sessions, seconds }: { sessions: TokenAnswer[]; seconds: number },
): Promise<HonestUse> {
  const latencies: number[] = []
  const failures: string[] = []
  const chains: Promise<void>[] = []
  const startedAt = performance.now()
  const requests = Array.from({ length: (seconds * 1000) / REQUEST_EVERY_MS }, async (_, index) => {
    const dueAt = startedAt + index * REQUEST_EVERY_MS
    await sleep(dueAt - performance.now())
    const which = index % sessions.length
    const isRefresh = Math.floor(index / sessions.length) % 5 === 0
    try {
      if (isRefresh) await goOn(which)
      else await checkProfile(sessions[which] as TokenAnswer)
      latencies.push(performance.now() - dueAt)
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
  })
  await Promise.all(requests)
  return { latencies: latencies.sort((a, b) => a - b), failures }

  async function checkProfile({ accessToken }: TokenAnswer): Promise<void> {
    const { status } = await client.profile(accessToken)
    if (status !== 200) throw new Error(`profile answered ${status}`)
  }

  /** Of one session one after the other. */
  function goOn(which: number): Promise<void> {
    const before = chains[which] ?? Promise.resolve()
    const refreshed = before.then(async () => {
      const { status, body } = await client.refresh((sessions[which] as TokenAnswer).refreshToken)
      if (status !== 200) throw new Error(`refresh answered ${status}`)
      sessions[which] = body
    })
    chains[which] = refreshed
    return refreshed
  }
}
