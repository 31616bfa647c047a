// What makes a token not well-formed. The reader finds these; here stand the words.
import type { TokenContext } from '../context.ts'
import type { FormProblemId } from '../read/token.ts'
import type { Rule } from './rule.ts'

const TWO_SPELLINGS =
  'Another spelling of the same token passes lists of revoked tokens and caches that compare text.'
const TWO_READINGS =
  'Two parsers read two different tokens: what one of them checks is not what the other uses.'
const ENCODE = 'Encode with base64url without padding, and copy the token as it was issued.'
const SERIALISE = 'Let a JSON serialiser write it, and refuse it where it is read.'

type Words = Pick<Rule<TokenContext>, 'title' | 'why' | 'remedy' | 'reference'>

const WORDS: Readonly<Record<FormProblemId, Words>> = {
  'parts-count': {
    title: 'It does not have the parts of a token',
    why: 'Whatever counts dots differently reads another token.',
    remedy: 'Copy the whole token and nothing else.',
    reference: 'RFC 7515 7.1, RFC 7516 7.1',
  },
  'part-empty': {
    title: 'A part is empty',
    why: 'There is nothing to be read where something must be.',
    remedy: 'Copy the whole token.',
    reference: 'RFC 7515 7.1',
  },
  'base64-character': {
    title: 'A character that does not belong into a token',
    why: `Some decoders skip it. ${TWO_SPELLINGS}`,
    remedy: ENCODE,
    reference: 'RFC 7515 2, RFC 4648 3.3',
  },
  'base64-alphabet': {
    title: 'Base64 in place of base64url (+ or /)',
    why: `Some decoders take both. ${TWO_SPELLINGS}`,
    remedy: ENCODE,
    reference: 'RFC 4648 5',
  },
  'base64-padding': {
    title: 'Padding (=), which tokens do not have',
    why: `Some decoders skip it. ${TWO_SPELLINGS}`,
    remedy: ENCODE,
    reference: 'RFC 7515 2',
  },
  'base64-length': {
    title: 'A length that no base64url text has',
    why: 'The last character is too little for a byte: something is missing or too much.',
    remedy: 'Copy the whole token.',
    reference: 'RFC 4648 4',
  },
  'trailing-bits': {
    title: 'The last character has bits that mean nothing and are not zero',
    why: TWO_SPELLINGS,
    remedy: ENCODE,
    reference: 'RFC 4648 3.5',
  },
  'utf8-invalid': {
    title: 'Bytes that are not UTF-8',
    why: TWO_READINGS,
    remedy: SERIALISE,
    reference: 'RFC 8259 8.1, RFC 8725 3.7',
  },
  'byte-order-mark': {
    title: 'A byte order mark before the JSON text',
    why: TWO_READINGS,
    remedy: SERIALISE,
    reference: 'RFC 8259 8.1',
  },
  'not-an-object': {
    title: 'JSON, but no object',
    why: 'Header and claims are objects; code that expects one may take a list or text for it.',
    remedy: SERIALISE,
    reference: 'RFC 7519 7.2',
  },
  'json-syntax': {
    title: 'Not JSON',
    why: 'Nobody can say what it means.',
    remedy: SERIALISE,
    reference: 'RFC 8259 2',
  },
  'duplicate-member': {
    title: 'A member is written twice',
    why: TWO_READINGS,
    remedy: SERIALISE,
    reference: 'RFC 7519 4, RFC 8259 4',
  },
  'proto-member': {
    title: 'A member __proto__',
    why: 'Copied carelessly it changes what every object of the program has.',
    remedy: 'Refuse it.',
    reference: 'CWE-1321, CVE-2024-34273',
  },
  'lone-surrogate': {
    title: 'Half a character in a text',
    why: TWO_READINGS,
    remedy: SERIALISE,
    reference: 'RFC 8259 8.2',
  },
  'nested-deep': {
    title: 'Nested too deeply',
    why: 'Depth is what exhausts the stack of recursive parsers.',
    remedy: 'Flatten it, or keep it out of the token.',
    reference: 'RFC 8259 9, CWE-674',
  },
  'number-range': {
    title: 'A number that is too large for numbers',
    why: TWO_READINGS,
    remedy: 'Write numbers that a double holds, or text.',
    reference: 'RFC 8259 6',
  },
  'number-inexact': {
    title: 'A number that doubles do not hold exactly: two readers may read two numbers',
    why: TWO_READINGS,
    remedy: 'Write integers up to 2^53, or text.',
    reference: 'RFC 8259 6, RFC 7493 2.2',
  },
}

export const FORM_RULES: readonly Rule<TokenContext>[] = Object.entries(WORDS).map(
  ([id, words]) => ({
    id,
    area: 'form',
    severity: 'error',
    ...words,
    check: ({ token }) => token.problems.filter((problem) => problem.id === id),
  }),
)
