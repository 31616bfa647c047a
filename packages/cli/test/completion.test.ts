import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, openDesk } from './open-desk.ts'

const run = promisify(execFile)

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = await desk.signet(['completion', shell])
    expect(script).toMatchObject({ code: 0, stderr: '' })
    await desk.put(`signet.${shell}`, script.stdout)
  }
})
afterAll(() => desk[Symbol.asyncDispose]())

/** What bash offers behind these words, of which the last is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `
    source signet.bash
    COMP_WORDS=("$@")
    COMP_CWORD=$(( $# - 1 ))
    _signet
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await run('bash', ['-uc', script, 'bash', ...words], { cwd: desk.folder })
  return stdout.trim() === '' ? [] : stdout.trim().split('\n')
}

describe('signet completion bash', () => {
  test('offers commands, their commands, their options and the values of these', async () => {
    expect(await offered('signet', 'to')).toEqual(['token'])
    expect(await offered('signet', 'secret', '')).toEqual(['create', '--help'])
    expect(await offered('signet', 'key', 'ex')).toEqual(['export'])
    expect(await offered('signet', 'token', 'create', '--is')).toEqual(['--issuer'])
    expect(await offered('signet', 'token', 'create', '--issuer', 'x', '--alg', 'HS')).toEqual([
      'HS256',
      'HS384',
      'HS512',
    ])
    expect(await offered('signet', 'completion', 'z')).toEqual(['zsh'])
  })

  test('leaves file names to the shell', async () => {
    expect(await offered('signet', 'token', 'create', '--key-file', '')).toEqual([])
    expect(await offered('signet', 'key', 'export', 'k')).toEqual([])
  })
})

// Which of these shells there are differs from machine to machine; CI installs them all.
describe.each([
  ['zsh', ['-fc', 'autoload -Uz compinit && compinit -u -D && source signet.zsh && which _signet']],
  ['fish', ['-Nc', 'source signet.fish; complete -C "signet tok"']],
])('signet completion %s', (shell, words) => {
  test('loads', async ({ skip }) => {
    const there = await run(shell, ['--version']).catch(() => null)
    if (there === null && process.env['CI'] === undefined) skip(`${shell} is not on this machine`)
    const { stdout, stderr } = await run(shell, words, { cwd: desk.folder })
    expect(stderr).toBe('')
    expect(stdout).toContain('token')
  })
})

test('an unknown shell is refused with 2', async () => {
  const refused = await desk.signet(['completion', 'tcsh'])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('bash, zsh, fish')
})
