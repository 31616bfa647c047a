import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthorityDouble } from './authority-double.ts'
import { eventually } from './eventually.ts'

const GUARD = new URL('../dist/index.js', import.meta.url).href

interface Script {
  exitCode: Promise<number | null>
  output: () => string
}

/** Runs a program with a guard as `guard` in a process of its own. */
function run(authority: AuthorityDouble, body: string): Script {
  const { issuer, audience } = authority
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stdin.end(`
    import { createGuard } from ${JSON.stringify(GUARD)}
    const guard = createGuard(${JSON.stringify({ issuer, audience })})
    ${body}
  `)
  const exitCode = once(child, 'close').then(([code]) => code as number | null)
  return { exitCode, output: () => output }
}

describe('a process with a guard', () => {
  let authority: AuthorityDouble

  beforeEach(async () => {
    authority = await AuthorityDouble.start()
  })
  afterEach(() => authority[Symbol.asyncDispose]())

  it('ends when its own work is done, though the feed is still followed', async () => {
    const script = run(
      authority,
      `await guard.ready(); console.log(guard.health().issuers[0].connected)`,
    )
    expect(await script.exitCode).toBe(0)
    expect(script.output()).toBe('true\n')
  })

  it('ends while the authority cannot be reached', async () => {
    await authority.down()
    expect(await run(authority, '').exitCode).toBe(0)
  })

  it('does not end while it waits for the guard to be ready', async () => {
    authority.overrides.set('/.well-known/jwks.json', (_request, response) =>
      response.writeHead(503).end(),
    )
    const script = run(authority, `await guard.ready(); console.log('ready')`)
    await eventually(() => authority.hits('/.well-known/jwks.json') >= 3)
    expect(script.output()).toBe('')
    authority.overrides.clear()
    expect(await script.exitCode).toBe(0)
    expect(script.output()).toBe('ready\n')
  })

  it('gets its verdict when the first thing it does is to check a token', async () => {
    const script = run(
      authority,
      `console.log((await guard.verify(${JSON.stringify(authority.issue())})).subject)`,
    )
    expect(await script.exitCode).toBe(0)
    expect(script.output()).toBe('acc_1\n')
  })
})
