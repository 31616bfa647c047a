import { readFile } from 'node:fs/promises'
import { exportJwk } from '@signet/token'
import { expect, test } from 'vitest'
import { openDesk } from './open-desk.ts'
import { key, longToken } from './sample-tokens.ts'

test('the screen in the README is what the command prints', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, line = '', screen] = /```\n\$ signet (.*)\n([\s\S]*?)```/.exec(readme) ?? []
  await using desk = await openDesk()
  await desk.put('long.txt', longToken)
  await desk.put('k.jwk', JSON.stringify(exportJwk(key)))
  expect(await desk.signet(line.split(' '))).toEqual({ code: 0, stdout: screen, stderr: '' })
})
