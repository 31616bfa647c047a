// What `backup` and `restore` share: how their failures end, and how they tell what was in a backup.
import type { BackupContents, BackupErrorCode, RowCounts } from '@signet/server'
import type { ExitName } from './exit-codes.ts'
import { CommandError } from './failure.ts'
import { printableJson } from './output/messages.ts'
import { plural } from './output/plural.ts'

const EXITS: Record<BackupErrorCode, ExitName> = {
  not_a_backup: 'malformed',
  backup_damaged: 'malformed',
  backup_newer: 'usage',
  file_unusable: 'usage',
  file_denied: 'notPermitted',
  target_used: 'usage',
  authority_running: 'notPermitted',
}

/** @throws CommandError where the server has words for what is wrong */
export async function runWithServer<T>(
  work: (server: typeof import('@signet/server')) => Promise<T>,
): Promise<T> {
  const server = await import('@signet/server')
  try {
    return await work(server)
  } catch (error) {
    if (error instanceof server.BackupError) {
      throw new CommandError(error.message, EXITS[error.code])
    }
    throw error
  }
}

export function countsInWords({ accounts, roles, clients }: RowCounts): string {
  return `${plural(accounts, 'account')}, ${plural(roles, 'role')}, ${plural(clients, 'client')}`
}

export function contentsJson(file: string, { header, counts }: BackupContents): string {
  const { accounts, roles, clients } = counts
  return printableJson({ file, accounts, roles, clients, ...header })
}
