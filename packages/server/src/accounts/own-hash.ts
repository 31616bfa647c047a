/** OWASP's first choice for argon2id; one hash takes 13-25 ms of a core and 19 MiB. */
export const OWN_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

const { memoryCost, timeCost, parallelism } = OWN_PARAMETERS
const OWN_BEGINNING = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`

/** Whether we would make the same today; every other kind is replaced when its password is known. */
export function isOwnHash(passwordHash: string): boolean {
  return passwordHash.startsWith(OWN_BEGINNING)
}
