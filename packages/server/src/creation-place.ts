// The cursor of lists in the order of creation: when the last item was made, and its id.
import { AuthorityError } from './errors.ts'

export interface CreationPlace {
  /** Epoch seconds. */
  readonly createdAt: number
  readonly id: string
}

/** The place behind a page; null when nothing follows it. */
export function placeAfter(page: readonly CreationPlace[], limit: number): string | null {
  const last = page.at(-1)
  return last === undefined || page.length < limit ? null : `${last.createdAt}.${last.id}`
}

/** @throws AuthorityError `request_invalid` for text that is no cursor */
export function parsePlace(text: string): CreationPlace {
  const [, createdAt, id] = /^(\d{1,12})\.([a-z]{3}_[\w-]{1,40})$/.exec(text) ?? []
  if (createdAt !== undefined && id !== undefined) return { createdAt: Number(createdAt), id }
  throw new AuthorityError('request_invalid', { detail: '`after` is not a cursor of this list.' })
}
