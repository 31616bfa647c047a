import { AuthorityError } from '../errors.ts'
import { isCommonPassword } from './common-passwords.ts'

/** NIST SP 800-63B-4, section 3.1.1.2: length counts, composition rules do not help. */
const MIN_CHARACTERS = 8
const MAX_CHARACTERS = 256

/**
 * A new password as it will be hashed: NFC, so that one password typed on two keyboards is one.
 * Characters are Unicode code points. Common passwords are those of zxcvbn's list, in any case.
 * @throws AuthorityError `password_unacceptable` with a reason that helps
 */
export async function parseNewPassword(
  text: string,
  account: { email: string; pointer: string },
): Promise<string> {
  const password = normalizePassword(text)
  const length = [...password].length
  const refuse = (why: string) => {
    throw new AuthorityError('password_unacceptable', {
      detail: `This password cannot be used: ${why}.`,
      pointer: account.pointer,
    })
  }
  if (length < MIN_CHARACTERS) refuse(`it needs at least ${MIN_CHARACTERS} characters`)
  if (/\p{Cs}/u.test(password)) refuse('it has a character that is only half there')
  if (length > MAX_CHARACTERS) refuse(`it may have at most ${MAX_CHARACTERS} characters`)
  if (password.toLowerCase() === account.email) refuse('it must not be the e-mail address')
  if (await isCommonPassword(password)) {
    refuse('it is on the lists of common passwords that guessers try first')
  }
  return password
}

/** The form in which passwords are hashed and compared. */
export function normalizePassword(text: string): string {
  return text.normalize('NFC')
}
