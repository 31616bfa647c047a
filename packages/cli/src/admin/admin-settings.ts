/** A file with the access token of an administrator; null: commands work on the database itself. */
export function adminTokenFile(): string | null {
  return process.env['SIGNET_ADMIN_TOKEN_FILE'] || null
}

/** Where the authority answers; null: at its issuer. */
export function authorityUrl(): string | null {
  return process.env['SIGNET_URL']?.replace(/\/$/, '') || null
}
