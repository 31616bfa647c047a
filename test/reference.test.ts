import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (file: string) => readFileSync(file, 'utf8')

test('the error table of docs/reference/http.md holds every code, with its status', () => {
  const inCode = [
    ...read('packages/server/src/http/error-table.ts').matchAll(/^ {2}(\w+): \{\s+status: (\d+)/gm),
  ].map(([, code, status]) => `${code} ${status}`)
  const inUnion = [...read('packages/server/src/errors.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(
    ([, code]) => code,
  )
  const inDocs = [...read('docs/reference/http.md').matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(
    ([, code, status]) => `${code} ${status}`,
  )
  expect(inCode).toHaveLength(inUnion.length)
  expect(inDocs.sort()).toEqual(inCode.sort())
})

test('.env.example holds every setting and no other', () => {
  const list = /const SETTINGS = \[([\s\S]*?)\]/.exec(
    read('packages/server/src/config/setting-names.ts'),
  )
  const inCode = list?.[1]?.match(/SIGNET_\w+/g) ?? []
  const inExample = [...read('.env.example').matchAll(/^#(SIGNET_\w+)=/gm)].map(([, name]) => name)
  expect(inCode.length).toBeGreaterThan(10)
  expect(inExample.sort()).toEqual(inCode.sort())
})

test('the endpoints of docs/reference/http.md are the ones that exist', () => {
  const paths = [...read('packages/guard/src/protocol/paths.ts').matchAll(/: '(\/[^']+)'/g)]
  const text = read('docs/reference/http.md')
  expect(paths.length).toBeGreaterThan(10)
  for (const [, path] of paths) {
    expect(text).toMatch(new RegExp(`\`(GET|POST|PUT|DELETE) ${path}[/?\`]`))
  }
})
