import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { createGuard, type GuardEvent, type IdentityEnd, type SetupCode } from '../src/index.ts'
import { BEARER_CODES } from '../src/protocol/index.ts'

const reference = await readFile(
  new URL('../../../docs/reference/guard.md', import.meta.url),
  'utf8',
)

/** The rows of the table under a heading, each as its cells. */
function rowsUnder(heading: string): string[][] {
  const section = reference.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const names = (cell: string | undefined) =>
  [...(cell ?? '').matchAll(/`([^`(]+)[^`]*`/g)].map((match) => match[1])

describe('docs/reference/guard.md', () => {
  it('lists every code with the status and error that are sent', () => {
    const expected = Object.entries(BEARER_CODES).map(([code, { status, error }]) => [
      `\`${code}\``,
      String(status),
      error === null ? '' : `\`${error}\``,
    ])
    expect(rowsUnder('Answers')).toEqual(expected)
  })

  it('lists every event', () => {
    const types: Record<GuardEvent['type'], true> = {
      refused: true,
      feed_connected: true,
      feed_disconnected: true,
      feed_failed: true,
      fresh: true,
      stale: true,
      keys_refreshed: true,
      keys_failed: true,
      introspection_failed: true,
    }
    expect(rowsUnder('Events').flatMap(([cell]) => names(cell))).toEqual(Object.keys(types))
  })

  it('lists every code of the set-up', () => {
    const codes: Record<SetupCode, true> = {
      metadata_invalid: true,
      feed_missing: true,
      feed_credentials_missing: true,
      feed_credentials_refused: true,
      introspection_missing: true,
      introspection_refused: true,
      guard_closed: true,
    }
    expect(rowsUnder('Set-up').flatMap(([cell]) => names(cell))).toEqual(Object.keys(codes))
  })

  it('lists every reason for the end of an identity', () => {
    const ends: Record<IdentityEnd, true> = {
      token_revoked: true,
      token_expired: true,
      revocation_stale: true,
      guard_closed: true,
    }
    const documented = rowsUnder('Connections that stay open').flatMap(([cell]) => names(cell))
    expect(documented).toEqual(Object.keys(ends))
  })

  it('lists every metric', () => {
    const guard = createGuard({
      issuer: 'http://127.0.0.1:9',
      audience: 'a',
      fetch: () => Promise.reject(new Error('not in this test')),
    })
    guard.close()
    const printed = [...guard.metrics().matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1])
    expect(rowsUnder('Metrics').flatMap(([cell]) => names(cell))).toEqual(printed)
  })

  it('names only options that exist, and all of them', () => {
    const documented = rowsUnder('createGuard').flatMap(([cell]) => names(cell))
    const misspelt = Object.fromEntries(documented.map((name) => [`${name}`, Symbol('wrong')]))
    const problems = (options: object) => {
      try {
        createGuard(options as never).close()
        return ''
      } catch (error) {
        return String(error)
      }
    }
    const { issuers: _, ...single } = misspelt
    expect(problems(single)).not.toContain('no option')
    expect(problems({ ...single, typo: 1 })).toContain('no option typo')
    expect(problems({ issuers: [{}] })).not.toContain('no option')
    expect(documented).toHaveLength(17)
  })

  it('names every method', () => {
    const guard = createGuard({
      issuer: 'http://127.0.0.1:9',
      audience: 'a',
      fetch: () => Promise.reject(new Error('not in this test')),
    })
    guard.close()
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(guard))
    const documented = rowsUnder('Methods').flatMap(([cell]) => names(cell))
    expect([...documented].sort()).toEqual(methods.filter((name) => name !== 'constructor').sort())
  })
})

describe.each(['from-express-jwt.md', 'from-passport-jwt.md'])('docs/guides/%s', (page) => {
  // Inside the package, so that the snippets find what it depends on.
  const folder = mkdtempSync(fileURLToPath(new URL('./.snippets-', import.meta.url)))
  const text = readFileSync(new URL(`../../../docs/guides/${page}`, import.meta.url), 'utf8')
  const [intro = '', ...sections] = text.split(/^## /m)
  const runnable = sections
    .map((section) => ({ title: section.split('\n')[0] ?? '', code: blocksOf(section) }))
    .filter(({ code }) => code !== '')

  afterAll(() => rmSync(folder, { recursive: true }))

  it('pairs each of theirs with one of ours', () => {
    const kinds = [...text.matchAll(/^```js (\w+)$/gm)].map((match) => match[1])
    expect(kinds).toEqual(['setup', ...runnable.flatMap(() => ['theirs', 'ours'])])
    expect(runnable.length).toBeGreaterThan(3)
  })

  it.each(runnable)('$title', async ({ title, code }) => {
    const file = `${folder}/${title.replace(/\W+/g, '-')}.mjs`
    writeFileSync(file, `${blocksOf(intro)}\n${code}`)
    await import(/* @vite-ignore */ pathToFileURL(file).href)
  })
})

function blocksOf(text: string): string {
  return [...text.matchAll(/^```js \w+\n([\s\S]*?)^```$/gm)].map(([, code]) => code).join('\n')
}
