import { text } from 'node:stream/consumers'
import { decode, type UnverifiedToken } from '@signet/token'
import { Command } from 'commander'
import { CommandError } from '../failure.ts'

/** Far above every token; what is larger is not worth reading to its end. */
const MAX_INPUT = 1_048_576

export function tokenExplainCommand(): Command {
  return new Command('explain')
    .description('show what a token on stdin says; nothing of it is verified')
    .argument('[-]', 'stdin: the only place tokens are read from')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  echo "$TOKEN" | signet token explain
  pbpaste | signet token explain --json

Exit code 3: what was given is not a token.`,
    )
    .action(async (input: string | undefined, { json = false }: { json?: boolean }) => {
      if (input !== undefined && input !== '-') {
        throw new CommandError(
          'a token on the command line stays in the history of the shell: pipe it in instead, as in `echo "$TOKEN" | signet token explain`',
        )
      }
      const decoded = decode(await readToken())
      process.stdout.write(json ? `${printable(decoded, 2)}\n` : describe(decoded))
    })
}

async function readToken(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Paste the token, then Enter and Ctrl-D:\n')
  const given = (await text(process.stdin)).slice(0, MAX_INPUT).trim()
  if (given === '') throw new CommandError('nothing came in on stdin: pipe a token in')
  return given.replace(/^Bearer\s+/i, '')
}

const TIMES = new Set(['exp', 'iat', 'nbf', 'auth_time'])

function describe({ header, claims }: UnverifiedToken): string {
  const now = Date.now() / 1000
  const lines = ['Not verified: anybody can write a token like this.', '', 'Header']
  for (const [name, value] of Object.entries(header)) lines.push(row(name, value))
  lines.push('', 'Claims')
  for (const [name, value] of Object.entries(claims)) {
    lines.push(row(name, value) + (TIMES.has(name) ? `  ${timeInWords(value, now)}` : ''))
  }
  return `${lines.join('\n')}\n`
}

function row(name: string, value: unknown): string {
  const label = /^[\x20-\x7e]+$/.test(name) ? name : printable(name)
  const shown = printable(value)
  return `  ${label.padEnd(10)} ${typeof value === 'string' ? shown.slice(1, -1) : shown}`
}

/**
 * As JSON in which nothing moves the terminal's cursor or turns the reading direction: JSON itself
 * escapes only the controls below U+0020.
 */
function printable(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function timeInWords(value: unknown, nowSeconds: number): string {
  if (typeof value !== 'number' || Math.abs(value) > 8.64e12) return '(not a time)'
  const date = new Date(value * 1000).toISOString().replace('.000', '')
  const distance = Math.abs(value - nowSeconds)
  const [unit, seconds] =
    distance >= 172_800
      ? ['days', 86_400]
      : distance >= 7_200
        ? ['hours', 3_600]
        : distance >= 120
          ? ['minutes', 60]
          : ['seconds', 1]
  const amount = Math.round(distance / Number(seconds))
  return `${date} (${value > nowSeconds ? `in ${amount} ${unit}` : `${amount} ${unit} ago`})`
}
