// The engine runs wherever JavaScript does: no module, no global of Node or of browsers.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import * as E from '@signet/token/explain'
import { expect, it } from 'vitest'
import { FIXTURES } from './explain-fixtures.ts'
import { NOW } from './explain-tokens.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const root = resolve(folder, '../..')

it('has the types of ECMAScript alone', () => {
  const compiler = `${root}/node_modules/typescript/bin/tsc`
  const project = `${folder}tsconfig.explain.json`
  const files = execFileSync(process.execPath, [compiler, '-p', project, '--listFiles'], {
    encoding: 'utf8',
  })
  expect(files).toContain('explain/redact/redact.ts')
  expect(files).not.toContain('node_modules/@types/')
  expect(files).not.toMatch(/lib\.dom/)
}, 60_000)

it('explains in a context that has ECMAScript and nothing else', () => {
  const context = createContext(Object.create(null), {
    codeGeneration: { strings: false, wasm: false },
  })
  const door = requireInto(context, resolve(folder, 'cjs/explain/index.js')) as typeof E
  expect(Object.keys(door).sort()).toEqual(Object.keys(E).sort())
  expect(
    runInContext(
      'typeof Buffer + typeof process + typeof TextDecoder + typeof URL + typeof atob',
      context,
    ),
  ).toBe('undefined'.repeat(5))
  for (const token of Object.values(FIXTURES)) {
    const options = { now: NOW }
    expect(JSON.stringify(door.explain(token, options))).toBe(
      JSON.stringify(E.explain(token, options)),
    )
    expect(JSON.stringify(door.redact(token))).toBe(JSON.stringify(E.redact(token)))
  }
  const bytes = new TextEncoder().encode(FIXTURES.GOOGLE_ID)
  expect(door.explain(bytes, { now: NOW }).tokens).toHaveLength(1)
  expect(door.explain(FIXTURES.GOOGLE_ID).now).toBeGreaterThan(NOW - 10 ** 9)
})

it('keeps nothing from one call to the next', () => {
  const before = JSON.stringify(E.explain(FIXTURES.ENTRA_V1, { now: NOW }))
  for (const token of Object.values(FIXTURES)) E.redact(E.redact(token).text)
  expect(JSON.stringify(E.explain(FIXTURES.ENTRA_V1, { now: NOW }))).toBe(before)
})

/** Loads CommonJS files and what they require; anything but a file of ours is an error. */
function requireInto(context: object, file: string, cache = new Map<string, unknown>()): unknown {
  const known = cache.get(file)
  if (known !== undefined) return known
  if (!file.startsWith(resolve(folder, 'cjs'))) throw new Error(`${file} is none of ours`)
  const exports = {}
  cache.set(file, exports)
  const wrapped = `(function (exports, require) { ${readFileSync(file, 'utf8')}\n})`
  const load = runInContext(wrapped, context, { filename: file })
  load(exports, (name: string) => {
    if (!name.startsWith('.')) throw new Error(`${file} requires ${name}`)
    return requireInto(context, resolve(dirname(file), name), cache)
  })
  return exports
}
