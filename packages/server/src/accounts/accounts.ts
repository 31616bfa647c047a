// Owns who can log in: addresses, password hashes, roles. Does not open sessions and knows nothing
// of HTTP or tokens. Speaks to its own store and the password hasher, and says what happened.
import { type AuditDetail, OPERATOR, type Origin } from '../audit/audit-entry.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { parsePlace, placeAfter } from '../creation-place.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError } from '../errors.ts'
import type { AuditedEvents } from '../events.ts'
import { type Account, createAccountId } from './account.ts'
import {
  addRoles,
  findAccount,
  findPassword,
  findPasswordByEmail,
  holdAccount,
  insertAccount,
  listAccounts,
  removeRoles,
  replaceHash,
  setDisabledAt,
  updatePassword,
} from './account-store.ts'
import { findDecoyHash } from './decoy-hash.ts'
import { findCanonicalEmail, parseEmail } from './email.ts'
import { parseName } from './name.ts'
import { isOwnHash } from './own-hash.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { normalizePassword, parseNewPassword } from './password-rule.ts'
import { ADMIN_ROLE, parseRoleNames } from './role-name.ts'
import { holdIsRoleInUse } from './role-store.ts'

/** Proof of a password, as of the moment its hash was read. */
export interface Authenticated {
  readonly accountId: string
  readonly credentialsVersion: number
}

/** A new password, hashed, for the account as it was when the old one was checked. */
export interface PasswordChange {
  readonly accountId: string
  readonly credentialsVersion: number
  readonly passwordHash: string
}

export interface RoleChange {
  readonly add: readonly string[]
  readonly remove: readonly string[]
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
    by: Origin
    checkStillWanted?: () => void
  }): Promise<{ account: Account; rolesMade: string[] }>

  /**
   * Whose password this is. Every refusal says the same and takes the time of one hash: where there
   * is no account, of some account's. An imported hash is replaced by one of ours once its password
   * is known.
   * The answer is as old as the hashing took: {@link Accounts.confirm} it where it is acted on.
   * @throws AuthorityError `credentials_wrong`, `overloaded`
   */
  authenticate(credentials: {
    email: string
    password: string
    /** Where the request comes from, for the audit log. */
    address: string | null
    checkStillWanted?: () => void
  }): Promise<Authenticated>

  /**
   * Inside the transaction that opens a session: the account as it is now and stays until that
   * transaction ends, if nothing that counts has happened to it since `authenticate`.
   * @throws AuthorityError `credentials_wrong` when it was disabled or its password changed
   */
  confirm(tx: Database, authenticated: Authenticated): Promise<Account>

  /** @throws AuthorityError `not_found` */
  get(id: string): Promise<Account>

  /** Until the end of the transaction no login of the account gets through. @throws `not_found` */
  hold(tx: Database, id: string): Promise<Account>

  /**
   * Checks the current password and hashes the new one; changes nothing yet.
   * @throws AuthorityError `password_wrong`, `password_unacceptable`, `overloaded`
   */
  preparePassword(request: {
    accountId: string
    currentPassword: string
    newPassword: string
    by: Origin
    checkStillWanted: () => void
  }): Promise<PasswordChange>

  /** @throws AuthorityError `password_wrong` when the account changed since it was prepared */
  applyPassword(tx: Database, change: PasswordChange): Promise<void>

  /** @throws AuthorityError `not_found`, `last_admin` unless an operator asks */
  disable(tx: Database, id: string, by: Origin): Promise<void>

  /** @throws AuthorityError `not_found` */
  enable(tx: Database, id: string): Promise<void>

  /**
   * The roles if they are others now, otherwise null. Roles that do not exist are made (without scopes).
   * @throws AuthorityError `not_found`, `request_invalid`, `last_admin` unless an operator asks
   */
  changeRoles(
    tx: Database,
    id: string,
    change: RoleChange,
    by: Origin,
  ): Promise<readonly string[] | null>

  /** Writes down that an account asked for what only administrators may. `call`: never an address. */
  recordAdminRefused(refused: { call: string; by: Origin }): Promise<void>

  /**
   * Accounts, oldest first, behind the cursor `after`; with `email` only the one with this address.
   * @throws AuthorityError `request_invalid` for text that is no cursor
   */
  page(page: { after: string | null; limit: number; email?: string | undefined }): Promise<{
    accounts: Account[]
    /** Null behind the last page. */
    next: string | null
  }>
}

const always = () => {}

export function createAccounts(parts: {
  database: Database
  hasher: PasswordHasher
  clock: Clock
  events: AuditedEvents
}): Accounts {
  const { database, hasher, clock, events } = parts

  /** What was refused changed nothing: a transaction of its own. */
  function recordRefusal(
    type: 'admin_refused' | 'login_refused' | 'password_refused',
    refused: { accountId: string | null; detail?: AuditDetail } & Origin,
  ): Promise<void> {
    return database.transaction((tx) =>
      events.record(tx, [{ detail: null, ...refused, type, result: 'refused', sessionId: null }]),
    )
  }

  /**
   * Where an administrator was taken away: another one must be left. Not where an operator did it,
   * whose own way in needs no administrator, and who may have to shut out the only one.
   */
  async function checkAdminLeft(tx: Database, by: Origin): Promise<void> {
    if (by.actor === OPERATOR.actor || (await holdIsRoleInUse(tx, ADMIN_ROLE))) return
    throw new AuthorityError('last_admin', {
      detail: 'Nobody would be left who can log in and has the role "admin".',
    })
  }

  async function hold(tx: Database, id: string): Promise<Account> {
    const account = await holdAccount(tx, id, 'update')
    if (account === null) throw new AuthorityError('not_found')
    return account
  }

  return {
    async create({ roles = [], by, checkStillWanted = always, ...texts }) {
      const email = parseEmail(texts.email)
      const password = await parseNewPassword(texts.password, { email, pointer: '/password' })
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
        await events.record(tx, [
          {
            type: 'account_created',
            result: 'done',
            ...by,
            actor: by.actor ?? id,
            accountId: id,
            sessionId: null,
            detail: roleNames.length === 0 ? null : { roles: roleNames.join(' ') },
          },
        ])
        return { account, rolesMade }
      })
    },

    async authenticate({ email, password, address: from, checkStillWanted = always }) {
      // At login a malformed address is one that no account has: same words, same time.
      const address = findCanonicalEmail(email)
      const found = address === null ? null : await findPasswordByEmail(database, address)
      const findDecoy = () => findDecoyHash(database, address ?? email)
      const matches = await hasher.verify({
        passwordHash: found === null ? await findDecoy() : found.passwordHash,
        password,
        checkStillWanted,
      })
      if (found === null || !matches || found.isDisabled) {
        const accountId = found?.id ?? null
        // As many questions to the database as where there is no account.
        if (found !== null) await findDecoy()
        await recordRefusal('login_refused', { accountId, actor: null, address: from })
        throw new AuthorityError('credentials_wrong')
      }
      if (!isOwnHash(found.passwordHash)) {
        const ownHash = await hasher.hash(normalizePassword(password), checkStillWanted)
        await replaceHash(database, { accountId: found.id, from: found.passwordHash, to: ownHash })
      }
      return { accountId: found.id, credentialsVersion: found.credentialsVersion }
    },

    async confirm(tx, { accountId, credentialsVersion }) {
      const account = await holdAccount(tx, accountId, 'share')
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

    hold,

    async preparePassword({ accountId, currentPassword, newPassword, by, checkStillWanted }) {
      const found = await findPassword(database, accountId)
      if (found === null) throw new AuthorityError('not_found')
      const { email, passwordHash, credentialsVersion } = found
      const password = await parseNewPassword(newPassword, { email, pointer: '/newPassword' })
      const matches = await hasher.verify({
        passwordHash,
        password: currentPassword,
        checkStillWanted,
      })
      if (!matches) {
        await recordRefusal('password_refused', { accountId, ...by })
        throw wrongPassword()
      }
      const newHash = await hasher.hash(password, checkStillWanted)
      return { accountId, credentialsVersion, passwordHash: newHash }
    },

    async applyPassword(tx, change) {
      if (!(await updatePassword(tx, change))) throw wrongPassword()
    },

    async disable(tx, id, by) {
      const { roles } = await hold(tx, id)
      await setDisabledAt(tx, { accountId: id, disabledAt: epochSeconds(clock) })
      if (roles.includes(ADMIN_ROLE)) await checkAdminLeft(tx, by)
    },

    async enable(tx, id) {
      if (!(await setDisabledAt(tx, { accountId: id, disabledAt: null }))) {
        throw new AuthorityError('not_found')
      }
    },

    async changeRoles(tx, id, { add, remove }, by) {
      const before = await hold(tx, id)
      await removeRoles(tx, { accountId: id, roles: parseRoleNames(remove) })
      await addRoles(tx, { accountId: id, roles: parseRoleNames(add), now: epochSeconds(clock) })
      const after = await findAccount(tx, id)
      const roles = after?.roles ?? []
      const wasAdmin = before.roles.includes(ADMIN_ROLE)
      if (wasAdmin && !roles.includes(ADMIN_ROLE)) await checkAdminLeft(tx, by)
      return roles.join() === before.roles.join() ? null : roles
    },

    recordAdminRefused: ({ call, by }) =>
      recordRefusal('admin_refused', { ...by, accountId: by.actor, detail: { call } }),

    async page({ after, limit, email }) {
      const address = email === undefined ? undefined : (findCanonicalEmail(email) ?? email)
      const place = after === null ? null : parsePlace(after)
      const found = await listAccounts(database, { limit, after: place, email: address })
      return { accounts: found, next: placeAfter(found, limit) }
    },
  }
}

function wrongPassword(): AuthorityError {
  return new AuthorityError('password_wrong', { pointer: '/currentPassword' })
}
