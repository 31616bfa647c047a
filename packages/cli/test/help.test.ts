// The help of every command, kept in test/screens/help as test/screens.test.ts keeps the rest.
import { stripVTControlCharacters } from 'node:util'
import { openTempFolder, runSignet } from '@signet/testkit'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { manualOf } from '../src/manual.ts'
import { createProgram } from '../src/program.ts'

interface Named {
  readonly words: string
  readonly command: Command
}

function listCommands(command: Command, words: string): Named[] {
  const below = command.commands.flatMap((child) => listCommands(child, `${words} ${child.name()}`))
  return [{ words, command }, ...below]
}

function helpOf(command: Command, hasColours: boolean): string {
  command.configureOutput({ getOutHasColors: () => hasColours, getOutHelpWidth: () => 80 })
  return command.helpInformation()
}

const COMMANDS = listCommands(createProgram(), 'signet').map((one) => [one.words, one] as const)

test.each(COMMANDS)(
  '%s --help looks as it did, with examples first',
  async (words, { command }) => {
    const [plain, coloured] = [helpOf(command, false), helpOf(command, true)]
    const name = words.replaceAll(' ', '-')
    await expect(plain).toMatchFileSnapshot(`screens/help/${name}.txt`)
    await expect(coloured).toMatchFileSnapshot(`screens/help/${name}.ansi`)
    expect(stripVTControlCharacters(coloured)).toBe(plain)
    expect(plain.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(plain).toMatch(/^.+\n+(.+\n+)?Examples:\n {2}[\s\S]*\n\nUsage: signet/)
    for (const example of manualOf(command).examples) expect(plain).toContain(example)
  },
)

test('that is what --help prints', async () => {
  await using folder = await openTempFolder()
  const at = { cwd: folder.path, settings: { NO_COLOR: '1' } }
  const create = COMMANDS.find(([words]) => words === 'signet token create')?.[1].command
  const stdout = create === undefined ? '' : helpOf(create, false)
  expect(await runSignet(['token', 'create', '--help'], at)).toEqual({
    code: 0,
    stdout,
    stderr: '',
  })
  expect(await runSignet(['help', 'token'], at)).toMatchObject({ code: 0, stderr: '' })
})
