import { AuthorityError } from '../errors.ts'

// Control characters, and those that turn the direction of the text around them.
const UNFIT = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/**
 * What a person wants to be called: 1 to 200 characters, shown to others, so nothing in it may
 * change how the text around it is shown.
 * @throws AuthorityError `request_invalid`
 */
export function parseName(text: string): string {
  const length = [...text].length
  if (length >= 1 && length <= 200 && !UNFIT.test(text)) return text
  throw new AuthorityError('request_invalid', {
    detail: 'A name has 1 to 200 characters, and no control characters among them.',
    pointer: '/name',
  })
}
