// The one place of the guard that reads the process. A service says which client it is by two
// variables; the secret itself lies in a file, because an environment is inherited and printed.
import { readFileSync } from 'node:fs'

export interface ClientSettings {
  readonly clientId: string | undefined
  readonly secretFile: string | undefined
}

/** `SIGNET_CLIENT_ID` and `SIGNET_CLIENT_SECRET_FILE`; what is empty counts as not set. */
export function readClientSettings(): ClientSettings {
  // Not every runtime that serves requests has a process.
  const { SIGNET_CLIENT_ID, SIGNET_CLIENT_SECRET_FILE } = globalThis.process?.env ?? {}
  return {
    clientId: SIGNET_CLIENT_ID || undefined,
    secretFile: SIGNET_CLIENT_SECRET_FILE || undefined,
  }
}

/** @throws Error that names the variable, and neither the file's place nor its content */
export function readClientSecret(file: string): string {
  let secret: string
  try {
    secret = readFileSync(file, 'utf8').trim()
  } catch {
    throw new Error('the file of SIGNET_CLIENT_SECRET_FILE cannot be read')
  }
  if (secret === '') throw new Error('the file of SIGNET_CLIENT_SECRET_FILE is empty')
  return secret
}
