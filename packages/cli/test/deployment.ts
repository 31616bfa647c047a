// A deployment for `signet doctor`: an authority, a proxy in front of it at its issuer, and the
// command as an operator runs it.
import {
  findFreePort,
  openTempFolder,
  runSignet,
  type StartedAuthority,
  startAuthority,
  type TestDatabase,
} from '@signet/testkit'
import { type CarelessProxy, startProxy } from './careless-proxy.ts'
import type { Certificate } from './certificates.ts'

export interface CheckRow {
  readonly check: string
  readonly status: string
  readonly finding: string | null
  readonly words: string
  readonly remedy: string | null
}

export interface DoctorRun {
  readonly code: number | null
  readonly issuer: string | null
  readonly verdict: string
  readonly checks: readonly CheckRow[]
  /** Ids of what was found, in order. */
  readonly findings: readonly string[]
  /** All that was printed. */
  readonly said: string
  /** The first row of a check. */
  row(check: string): CheckRow
}

/** `signet doctor --json`, in a folder of its own. */
export async function runDoctor(
  settings: Record<string, string>,
  words: readonly string[] = [],
): Promise<DoctorRun> {
  await using folder = await openTempFolder()
  const run = await runSignet(['doctor', '--json', ...words], { cwd: folder.path, settings })
  const { code, stdout, stderr } = run
  if (stdout === '') throw new Error(`the doctor said nothing: ${stderr}`)
  const answer = JSON.parse(stdout) as Pick<DoctorRun, 'issuer' | 'verdict' | 'checks'>
  return {
    code,
    ...answer,
    said: stdout + stderr,
    findings: answer.checks.flatMap(({ finding }) => finding ?? []),
    row(check) {
      const found = answer.checks.find((row) => row.check === check)
      if (found === undefined) throw new Error(`there is no check ${check}`)
      return found
    },
  }
}

/** An issuer at which nobody answers, for tests of what is inside. */
export const NOWHERE = 'http://127.0.0.1:2'

/** What an operator gives for production, of which the database is a part. */
export function settingsFor(
  database: TestDatabase,
  more: Record<string, string> = {},
): Record<string, string> {
  return { SIGNET_ISSUER: NOWHERE, ...database.settings, ...more }
}

export interface Deployment extends AsyncDisposable {
  readonly authority: StartedAuthority
  readonly proxy: CarelessProxy
  readonly issuer: string
  /** What the authority was given, for the command as well. */
  readonly settings: Record<string, string>
  /** Runs the command with the settings of the authority and these. */
  doctor(changes?: Record<string, string>): Promise<DoctorRun>
}

export async function startDeployment(parts: {
  database: TestDatabase
  settings?: Record<string, string>
  certificate?: Certificate
}): Promise<Deployment> {
  const { database, settings = {}, certificate } = parts
  const port = await findFreePort()
  const issuer =
    certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`
  const shared = { SIGNET_ISSUER: issuer, ...database.settings, ...settings }
  const authority = await startAuthority({ settings: shared })
  const proxy = await startProxy({ port, to: () => authority.url, certificate })
  const trust: Record<string, string> =
    certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate.cert }
  return {
    authority,
    proxy,
    issuer,
    settings: shared,
    doctor: (changes = {}) => runDoctor({ ...shared, ...trust, ...changes }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await authority[Symbol.asyncDispose]()
    },
  }
}
