import { GuardError } from './errors.ts'
import type { Identity } from './identity.ts'

/** Names that a caller must have: every one of `all`, and at least one of `any`. */
export interface Needed {
  readonly all?: readonly string[]
  readonly any?: readonly string[]
}

export interface Requirements {
  readonly scopes?: Needed
  readonly roles?: Needed
}

/**
 * Whether an identity may do something, judged by scopes and roles alone; whose data it is remains
 * the handler's question. Asking for nothing allows everybody.
 *
 * @throws GuardError `scope_insufficient`, `role_insufficient`
 */
export function authorize(identity: Identity, { scopes = {}, roles = {} }: Requirements): void {
  if (!hasNeeded(identity.scopes, scopes)) {
    throw new GuardError('scope_insufficient', {
      scopes: [...(scopes.all ?? []), ...(scopes.any ?? [])],
    })
  }
  if (!hasNeeded(identity.roles, roles)) throw new GuardError('role_insufficient')
}

function hasNeeded(held: readonly string[], { all, any }: Needed): boolean {
  if (all !== undefined && !all.every((name) => held.includes(name))) return false
  return any === undefined || any.some((name) => held.includes(name))
}
