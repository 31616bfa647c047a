import { AuthorityError } from '../errors.ts'

/** Who has it may use the administration over HTTP. */
export const ADMIN_ROLE = 'admin'

/** All of them travel in every token of the account, which must stay far below 4 KiB. */
const MAX_ROLES = 32

/** @throws AuthorityError `request_invalid` */
export function parseRoleNames(texts: readonly string[]): string[] {
  if (texts.length > MAX_ROLES) {
    throw new AuthorityError('request_invalid', {
      detail: `An account has at most ${MAX_ROLES} roles.`,
    })
  }
  return texts.map(parseRoleName)
}

/**
 * Role names travel in tokens: short, lower case, nothing that needs escaping anywhere.
 * @throws AuthorityError `request_invalid`
 */
export function parseRoleName(text: string): string {
  if (/^[a-z][a-z0-9._:-]{0,63}$/.test(text)) return text
  throw new AuthorityError('request_invalid', {
    detail:
      'A role name has 1 to 64 of a-z, 0-9, dot, colon, dash and underscore, and begins with a letter.',
  })
}
