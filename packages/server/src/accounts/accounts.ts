// Owns who can log in: addresses, password hashes, roles. Does not open sessions and knows nothing
// of HTTP or tokens. Speaks to its own store and the password hasher only.
import { type Clock, epochSeconds } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError } from '../errors.ts'
import { type Account, createAccountId } from './account.ts'
import {
  addRoles,
  findAccount,
  findPasswordByEmail,
  insertAccount,
  listAccounts,
} from './account-store.ts'
import { parseEmail } from './email.ts'
import { parseName } from './name.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { normalizePassword, parseNewPassword } from './password-rule.ts'
import { parseRoleNames } from './role-name.ts'

/** Proof of a password, as of the moment its hash was read. */
export interface Authenticated {
  readonly accountId: string
  readonly credentialsVersion: number
}

export interface Accounts {
  /**
   * Makes an account. `roles` come from operators only, never from a request body.
   * `checkStillWanted` is called when the hashing gets its turn, and throws when nobody waits.
   * @throws AuthorityError `email_invalid`, `request_invalid` (name, roles), `password_unacceptable`, `email_taken`, `overloaded`
   */
  create(details: {
    email: string
    password: string
    name: string | null
    roles?: readonly string[]
    checkStillWanted?: () => void
  }): Promise<{ account: Account; rolesMade: string[] }>

  /**
   * Whose password this is. Every refusal takes the time of one hash and says the same.
   * The answer is as old as the hashing took: {@link Accounts.confirm} it where it is acted on.
   * @throws AuthorityError `credentials_wrong`, `overloaded`
   */
  authenticate(credentials: {
    email: string
    password: string
    checkStillWanted?: () => void
  }): Promise<Authenticated>

  /**
   * Inside the transaction that opens a session: the account as it is now, if nothing that counts
   * has happened to it since `authenticate`.
   * @throws AuthorityError `credentials_wrong` when it was disabled or its password changed
   */
  confirm(tx: Database, authenticated: Authenticated): Promise<Account>

  /** @throws AuthorityError `not_found` */
  get(id: string): Promise<Account>

  /** All accounts, oldest first, read page by page. */
  list(): AsyncGenerator<Account>
}

const PAGE = 500

const always = () => {}

export function createAccounts(parts: {
  database: Database
  hasher: PasswordHasher
  clock: Clock
}): Accounts {
  const { database, hasher, clock } = parts

  return {
    async create({ roles = [], checkStillWanted = always, ...texts }) {
      const email = parseEmail(texts.email)
      const password = parseNewPassword(texts.password, { email })
      const name = texts.name === null ? null : parseName(texts.name)
      const roleNames = parseRoleNames(roles)
      const passwordHash = await hasher.hash(password, checkStillWanted)
      const createdAt = epochSeconds(clock)
      const id = createAccountId()
      return database.transaction(async (tx) => {
        if (!(await insertAccount(tx, { id, email, name, passwordHash, createdAt }))) {
          throw new AuthorityError('email_taken', {
            detail: 'There is an account with this e-mail address already.',
            pointer: '/email',
          })
        }
        const rolesMade = await addRoles(tx, { accountId: id, roles: roleNames, now: createdAt })
        const account = await findAccount(tx, id)
        if (account === null) throw new Error('the account just inserted is not there')
        return { account, rolesMade }
      })
    },

    async authenticate({ email, password, checkStillWanted = always }) {
      const address = findEmail(email)
      const found = address === null ? null : await findPasswordByEmail(database, address)
      const matches = await hasher.verify({
        passwordHash: found?.passwordHash ?? null,
        password: normalizePassword(password),
        checkStillWanted,
      })
      if (found === null || !matches) throw new AuthorityError('credentials_wrong')
      return { accountId: found.id, credentialsVersion: found.credentialsVersion }
    },

    async confirm(tx, { accountId, credentialsVersion }) {
      const account = await findAccount(tx, accountId)
      if (account?.credentialsVersion === credentialsVersion && account.disabledAt === null) {
        return account
      }
      throw new AuthorityError('credentials_wrong')
    },

    async get(id) {
      const account = await findAccount(database, id)
      if (account === null) throw new AuthorityError('not_found')
      return account
    },

    async *list() {
      let after: { createdAt: number; id: string } | null = null
      for (;;) {
        const page: Account[] = await listAccounts(database, { limit: PAGE, after })
        yield* page
        const last = page.at(-1)
        if (last === undefined || page.length < PAGE) return
        after = { createdAt: last.createdAt, id: last.id }
      }
    },
  }
}

/** At login a malformed address is one that no account has: same words, same time. */
function findEmail(text: string): string | null {
  try {
    return parseEmail(text)
  } catch {
    return null
  }
}
