import { domainToASCII, domainToUnicode } from 'node:url'
import { AuthorityError } from '../errors.ts'

/** RFC 5321, section 4.5.3.1. */
const MAX_LOCAL_LENGTH = 64
const MAX_LENGTH = 254

// RFC 5322 dot-atom. ASCII only, so that no two addresses that look alike can both exist.
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/**
 * The one canonical form of an e-mail address: lower case, the domain in its ASCII form. Two
 * spellings of one mailbox under this rule are one account. Nothing is trimmed or repaired.
 * Does not check that the mailbox exists.
 * @throws AuthorityError `email_invalid`
 */
export function parseEmail(text: string): string {
  const at = text.indexOf('@')
  if (at <= 0 || at !== text.lastIndexOf('@')) refuse('it needs exactly one @ with text around it')
  const typed = text.slice(0, at)
  const local = typed.toLowerCase()
  // As it was typed: some letters beyond ASCII become ASCII in lower case.
  const isAscii = /^[\x21-\x7e]*$/.test(typed)
  if (local.length > MAX_LOCAL_LENGTH || !isAscii || !LOCAL_PART.test(local)) {
    refuse(
      "the part before the @ may hold letters a-z, digits and . ! # $ % & ' * + / = ? ^ _ ` { | } ~ -",
    )
  }
  // The conversion reads its text as that of an address on the web, and cuts off what follows a host.
  const isHost = /^[\p{L}\p{M}\p{N}.-]+$/u.test(text.slice(at + 1))
  const domain = isHost ? domainToASCII(text.slice(at + 1)).toLowerCase() : ''
  if (domainToUnicode(domain).split('.').some(mixesScripts)) {
    refuse('the part after the @ mixes letters of different scripts that look alike')
  }
  const labels = domain.split('.')
  const last = labels.at(-1) ?? ''
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(last)) {
    refuse('the part after the @ is not a domain name such as example.com')
  }
  const email = `${local}@${domain}`
  if (email.length > MAX_LENGTH) refuse(`it is longer than ${MAX_LENGTH} characters`)
  return email
}

/** The canonical form, or null: where a malformed address is one that no account has. */
export function findCanonicalEmail(text: string): string | null {
  try {
    return parseEmail(text)
  } catch {
    return null
  }
}

/** The scripts whose letters pass for one another's. */
const LOOKALIKES = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]

/**
 * A domain's label in more than one of these scripts is made to be mistaken for another: no registry
 * gives it out. @see UTS 39, section 5.1
 */
function mixesScripts(label: string): boolean {
  return LOOKALIKES.filter((script) => script.test(label)).length > 1
}

function refuse(why: string): never {
  throw new AuthorityError('email_invalid', {
    detail: `This is not an e-mail address that can be used: ${why}.`,
    pointer: '/email',
  })
}
