import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')

it('docs/guides/websockets-and-streams.md shows nothing but what runs here', async () => {
  const guide = await read('docs/guides/websockets-and-streams.md')
  const services =
    (await read('examples/chat/src/chat.ts')) + (await read('examples/ticker/src/ticker.ts'))
  const snippets = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
  expect(snippets).toHaveLength(5)
  for (const snippet of snippets) expect(services).toContain(snippet)
})
