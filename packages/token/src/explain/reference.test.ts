// docs/reference/explain.md against the code.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { KEY_RULES } from './keys/key-rules.ts'
import { INPUT_RULES } from './rules/input-rules.ts'
import { TOKEN_RULES } from './rules/token-rules.ts'

const page = readFileSync(new URL('../../../../docs/reference/explain.md', import.meta.url), 'utf8')
const source = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

it.each([
  ['About a token', TOKEN_RULES],
  ['About what is around it', INPUT_RULES],
  ['About keys', KEY_RULES],
] as const)('has a row for each rule, in order: %s', (title, rules) => {
  const section = page.split(`### ${title}\n`)[1]?.split('\n### ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  expect(rows).toEqual(
    rules.map(({ id, severity, title: words, reference }) => {
      return `| \`${id}\` | ${severity} | ${words} | ${reference} |`
    }),
  )
})

it('names every function, form, kind and verdict', () => {
  const words = new Set(page.match(/[\w-]+/g))
  const functions = [...source('./index.ts').matchAll(/^export \{ (?:type \w+, )?(\w+) \}/gm)]
  expect(functions).toHaveLength(4)
  const unions = ['InputForm', 'TokenKind'].flatMap((name) => {
    const body =
      source('./explanation.ts').split(`export type ${name} =`)[1]?.split('\n\n')[0] ?? ''
    return [...body.matchAll(/'([\w-]+)'/g)]
  })
  expect(unions.length).toBeGreaterThan(20)
  for (const [, name = ''] of [...functions, ...unions]) expect(words, name).toContain(name)
})

it('begins with an example that runs and is right', async () => {
  const code = /^```js example\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? ''
  const checked = code.replace(/^(.+?) \/\/ ('[^']*'|true)(.*)$/gm, 'check($1, $2)')
  expect(checked.match(/^check\(/gm)).toHaveLength(4)
  // Inside the package, so that it finds the package by its name.
  const folder = mkdtempSync(fileURLToPath(new URL('../../test/.snippets-', import.meta.url)))
  const check = `const check = (a, b) => { if (a !== b) throw new Error(a + ' is not ' + b) }\n`
  writeFileSync(`${folder}/example.mjs`, check + checked)
  try {
    await import(/* @vite-ignore */ pathToFileURL(`${folder}/example.mjs`).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
