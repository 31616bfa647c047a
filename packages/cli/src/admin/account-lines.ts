/** An account as the administration answers it. */
export interface AccountAnswer {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly roles: readonly string[]
  readonly disabledAt: number | null
  readonly createdAt: number
}

export function accountLine({ id, email, roles, disabledAt, createdAt }: AccountAnswer): string {
  const state = disabledAt === null ? '' : '  disabled'
  return `${id}  ${momentText(createdAt)}  ${email}  ${roles.join(' ') || '-'}${state}`
}

/** Epoch seconds to the minute, UTC. */
export function momentText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}
