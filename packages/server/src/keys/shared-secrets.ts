// Tokens that are signed with a secret of the settings, which every service holds (SIGNET_ALG=HS256).
// Owns that nothing of it gets into the database or into an answer.
import type { Key, KeySet } from '@signet/token'
import type { Logger } from 'pino'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError, StartError } from '../errors.ts'
import type { Revocations } from '../revocation/revocations.ts'
import type { KeyChanges } from './key-changes.ts'
import type { KeyRules } from './key-plan.ts'
import { resealKeys } from './open-keys.ts'
import { publishKeys, type SigningKeys, type TokenKeys } from './signing-keys.ts'

export function createSharedSecrets(parts: {
  /** The first signs, each verifies. */
  tokenSecrets: KeySet
  database: Database
  secrets: SecretRing
  revocations: Revocations
  rules: KeyRules
  logger: Logger
}): TokenKeys {
  const { tokenSecrets, database, secrets, revocations, rules, logger } = parts
  return {
    changes: refuseChanges(rules),
    read: async () => tokenSecrets,
    async open() {
      const [first] = tokenSecrets.keys()
      if (first?.kid === undefined) throw new Error('there is no token secret')
      // A restore puts it there: nothing that it signs would be accepted anywhere.
      if (await revocations.hasKey(database, first.kid)) {
        throw new StartError([
          'the first of SIGNET_TOKEN_SECRET was in use before a restore, which ended its tokens for ever: put a new one in its place, here and in every service',
        ])
      }
      // They sign again after a change of SIGNET_ALG, and this master secret has to open them then.
      await resealKeys(database, secrets)
      logger.warn(
        'SIGNET_ALG is HS256: whoever can verify a token can make one, for every service and for this authority',
      )
      return createSigningKeys(first, tokenSecrets)
    },
  }
}

function createSigningKeys(first: Key, tokenSecrets: KeySet): SigningKeys {
  return {
    keySet: tokenSecrets,
    published: publishKeys([]),
    activeAgeSeconds: 0,
    getSigningKey: async () => first,
    confirm: async () => {},
    // Whoever kept the empty set would be without keys after a change of SIGNET_ALG.
    cacheSeconds: () => 0,
    createSource: () => tokenSecrets,
    onChange: () => {},
    close: async () => {},
  }
}

function refuseChanges(rules: KeyRules): KeyChanges {
  const refuse = async () => {
    throw new AuthorityError('keys_shared', {
      detail:
        'SIGNET_ALG is HS256. To change the secret, put a new one behind the old one in SIGNET_TOKEN_SECRET everywhere, then before it, then take the old one away (docs/guides/single-team.md).',
    })
  }
  return { rules, list: refuse, advance: refuse, rotate: refuse, revoke: refuse, importKey: refuse }
}
