import { readFile } from 'node:fs/promises'
import { spawnAuthority } from '@signet/testkit'
import { expect, test } from 'vitest'
import { runBlock } from './run-block.ts'

test('the commands of docs/operations/audit.md and metrics.md say what they promise', async () => {
  await using authority = await spawnAuthority()
  await authority.client.signup('ada@example.com', 'correct horse battery')
  await authority.client.login('ada@example.com', 'not the password')
  const tail = await runBlock('audit.md', 'tail', authority)
  expect(tail).toMatch(/account_created[\s\S]*session_opened[\s\S]*login_refused/)
  expect(tail).toMatch(/^\{"sequence":1,/m)
  expect(await runBlock('audit.md', 'verify', authority)).toMatch(
    /^3 entries, head 3:[0-9a-f]{64}$/m,
  )
  expect(await runBlock('metrics.md', 'metrics', authority)).toContain(
    'signet_logins_total{result="refused"} 1',
  )
}, 60_000)

test('the dashboard and the page ask for series that exist', async () => {
  await using authority = await spawnAuthority()
  await authority.client.signup('ada@example.com', 'correct horse battery')
  const answer = await fetch(`${authority.url}/metrics`)
  const there = new Set((await answer.text()).match(/^[a-z]\w+/gm))
  const texts = ['dashboard.json', 'metrics.md'].map((name) =>
    readFile(`docs/operations/${name}`, 'utf8'),
  )
  for (const text of await Promise.all(texts)) {
    const asked = text.match(/\b(signet|process|nodejs)_\w+/g) ?? []
    expect(asked.length).toBeGreaterThan(5)
    for (const series of asked) {
      const isThere = there.has(series) || there.has(`${series}_bucket`)
      expect({ series, isThere }).toEqual({ series, isThere: true })
    }
  }
})
