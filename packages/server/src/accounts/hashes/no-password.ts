/** Instead of a hash, of accounts that came without one: no password is theirs. */
export const NO_PASSWORD = '$none'
