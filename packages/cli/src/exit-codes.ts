/** What a command's exit code tells; the same for every command. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  malformed: 3,
  signature: 4,
  time: 5,
  claims: 6,
  revoked: 7,
  unavailable: 8,
  notPermitted: 9,
  problems: 10,
  interrupted: 130,
} as const

export type ExitName = keyof typeof EXIT

export const EXIT_MEANINGS: Record<ExitName, string> = {
  ok: 'done; of `verify`: accepted',
  unexpected: 'something unexpected; please report it',
  usage: 'wrong usage, input or settings: what to change is on stderr',
  malformed: 'what was given is not a token, or not a whole backup',
  signature: 'the signature does not hold, or the token asks for another algorithm',
  time: 'expired, or not to be used yet',
  claims: 'the claims are not what was asked for',
  revoked: 'revoked',
  unavailable: 'no key to check with: its file, its form or the network',
  notPermitted: 'not permitted',
  problems: '`doctor` found problems: each with what to do',
  interrupted: 'interrupted',
}
