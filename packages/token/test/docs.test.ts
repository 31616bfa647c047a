// The pages about this package: every snippet runs, every export, option and code is documented.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as T from '@signet/token'
import { afterAll, describe, expect, it } from 'vitest'

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url))
const SOURCE = fileURLToPath(new URL('../src/', import.meta.url))
// Inside the package, so that the snippets find what it depends on.
const snippets = mkdtempSync(fileURLToPath(new URL('./.snippets-', import.meta.url)))

afterAll(() => rmSync(snippets, { recursive: true }))

interface Section {
  readonly title: string
  readonly code: string
}

describe.each(['guides/from-jsonwebtoken.md', 'guides/from-jose.md'])('%s', (page) => {
  const text = readFileSync(`${DOCS}${page}`, 'utf8')
  const [intro = '', ...sections] = text.split(/^## /m)
  const setup = blocksOf(intro)
  const runnable: Section[] = sections
    .map((section) => ({ title: section.split('\n')[0] ?? '', code: blocksOf(section) }))
    .filter(({ code }) => code !== '')

  it('pairs each call of theirs with one of ours', () => {
    const kinds = [...text.matchAll(/^```js (\w+)$/gm)].map((match) => match[1])
    expect(kinds[0]).toBe('setup')
    expect(kinds.slice(1)).toEqual(runnable.flatMap(() => ['theirs', 'ours']))
  })

  it.each(runnable)('$title', async ({ title, code }) => {
    const file = `${snippets}/${page.replace(/\W/g, '-')}-${title.replace(/\W+/g, '-')}.mjs`
    writeFileSync(file, `${setup}\n${code}`)
    await import(/* @vite-ignore */ pathToFileURL(file).href)
  })
})

describe('reference/token.md', () => {
  const text = readFileSync(`${DOCS}reference/token.md`, 'utf8')
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
  const words = new Set(
    [...prose.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.match(/\w+/g)),
  )

  it('begins with an example that runs', async () => {
    const file = `${snippets}/reference.mjs`
    const code = blocksOf(text)
    expect(code).toContain('verify(')
    writeFileSync(file, code)
    await import(/* @vite-ignore */ pathToFileURL(file).href)
  })

  it('names every export, types included', () => {
    const index = readFileSync(`${SOURCE}index.ts`, 'utf8')
    const names = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
      list.split(',').flatMap((name) => name.replace('type ', '').trim() || []),
    )
    expect(names.length).toBeGreaterThan(50)
    expect(Object.keys(T).filter((name) => !names.includes(name))).toEqual([])
    expect(names.filter((name) => !words.has(name))).toEqual([])
  })

  it('names every option', () => {
    for (const file of ['jwt/verify-options.ts', 'jwt/sign-options.ts', 'jwk/generate.ts']) {
      const source = readFileSync(`${SOURCE}${file}`, 'utf8')
      const interfaces = source.matchAll(/export interface \w+Options[^{]*\{([\s\S]*?)\n\}/g)
      const options = [...interfaces].flatMap(([, body = '']) =>
        [...body.matchAll(/readonly (\w+)\??:/g)].map(([, name = '']) => name),
      )
      expect(options.length).toBeGreaterThan(2)
      expect(options.filter((name) => !words.has(name))).toEqual([])
    }
  })

  it.each([
    ['TokenError', T.TOKEN_ERROR_CODES],
    ['KeyError', T.KEY_ERROR_CODES],
  ] as const)('has one row for each code of %s, in order', (name, codes) => {
    const start = text.indexOf(`is a \`${name}\` with`)
    const table = text.slice(start).split('\n\n| code | |\n')[1]?.split('\n\n')[0] ?? ''
    const rows = [...table.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, code]) => code)
    expect(rows).toEqual([...codes])
  })

  it('names codes that exist where it translates the words of others', () => {
    const table = text.slice(text.indexOf('### The words you may know'))
    const codes = [...table.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code)
    const known: readonly string[] = [...T.TOKEN_ERROR_CODES, ...T.KEY_ERROR_CODES]
    expect(codes.length).toBeGreaterThan(10)
    expect(codes.filter((code) => !known.includes(code ?? ''))).toEqual([])
  })
})

it('the README has an example that runs', async () => {
  const text = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8')
  const code = /^```js\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? ''
  expect(code).toContain('verify(')
  writeFileSync(`${snippets}/readme.mjs`, code)
  await import(/* @vite-ignore */ pathToFileURL(`${snippets}/readme.mjs`).href)
})

function blocksOf(text: string): string {
  return [...text.matchAll(/^```js \w+\n([\s\S]*?)^```$/gm)].map(([, code]) => code).join('\n')
}
