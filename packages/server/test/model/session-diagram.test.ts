import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawSession } from './session-diagram.ts'

test('the diagram of docs/concepts/sessions.md is what the model does', () => {
  const text = readFileSync('docs/concepts/sessions.md', 'utf8')
  const [, shown] = /```mermaid\n([^`]*)\n```/.exec(text) ?? []
  expect(shown).toBe(drawSession())
})
