export type BackupErrorCode =
  | 'not_a_backup'
  | 'backup_damaged'
  | 'backup_newer'
  | 'file_unusable'
  | 'file_denied'
  | 'target_used'
  | 'authority_running'

/** Why a backup or a restore did not happen, in words for the operator. Nothing was changed. */
export class BackupError extends Error {
  readonly code: BackupErrorCode

  constructor(code: BackupErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'BackupError'
    this.code = code
  }
}
