import { printable, printableJson } from '../output/messages.ts'

/** A signing key as the administration answers it. Moments are epoch seconds. */
export interface KeyAnswer {
  readonly kid: string
  readonly algorithm: string
  readonly state: 'next' | 'active' | 'retiring' | 'revoked'
  readonly announcedAt: number | null
  readonly activatedAt: number | null
  readonly retiredAt: number | null
  readonly revokedAt: number | null
  readonly signsAt: number | null
  readonly retiresAt: number | null
  readonly goesAt: number | null
}

export interface KeysAnswer {
  readonly now: number
  readonly keys: readonly KeyAnswer[]
}

/** One line a key, in the order of their lives. */
export function writeKeys({ keys }: KeysAnswer, { json }: { json?: boolean | undefined }): void {
  const order = ['revoked', 'retiring', 'active', 'next']
  const sorted = [...keys].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  for (const key of sorted) {
    process.stdout.write(`${json ? printableJson(key) : printable(keyLine(key))}\n`)
  }
}

function keyLine(key: KeyAnswer): string {
  return `${key.state.padEnd(8)}  ${key.algorithm}  ${key.kid}  ${storyOf(key)}`
}

function storyOf(key: KeyAnswer): string {
  switch (key.state) {
    case 'next':
      return `published ${since(key.announcedAt)}, signs from ${moment(key.signsAt)}`
    case 'active':
      return `signs ${since(key.activatedAt)} until ${moment(key.retiresAt)}, can go ${moment(key.goesAt)}`
    case 'retiring':
      return `signed until ${moment(key.retiredAt)}, can go ${moment(key.goesAt)}`
    case 'revoked':
      return `revoked ${moment(key.revokedAt)}`
  }
}

function since(seconds: number | null): string {
  return seconds === null ? 'since just now' : `since ${moment(seconds)}`
}

/** To the second, UTC. What nobody has noted yet is noted within a second. */
export function moment(seconds: number | null): string {
  if (seconds === null) return '(soon known)'
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}
