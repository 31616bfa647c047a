import type { Config } from './config.ts'
import { openSecretFile } from './secret-file.ts'
import type { SecretRing } from './secrets.ts'

/**
 * The master secrets of a config; in development those of the file beside the database, made when
 * neither is there yet.
 * @throws StartError
 */
export function openSecrets({ secrets, database }: Config): SecretRing {
  if (secrets !== null) return secrets
  if (database.kind === 'postgres') throw new Error('a config for PostgreSQL without secrets')
  return openSecretFile(database.path)
}
