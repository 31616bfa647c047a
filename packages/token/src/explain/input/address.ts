import type { Collection } from './collection.ts'
import { type Excerpt, sliceExcerpt } from './excerpt.ts'
import { collectForm, splitExcerpt } from './fields.ts'

/** Looks into query and fragment; true when a token or a secret was there. */
export function collectAddress(collection: Collection, address: Excerpt): boolean {
  const at = address.text.search(/[?#]/)
  const before = collection.tokens.length
  let found = false
  if (at >= 0) {
    for (const piece of splitExcerpt(sliceExcerpt(address, at + 1), '#')) {
      found = collectForm(collection, piece, 'url') || found
    }
  }
  const holdsToken = collection.tokens.length > before
  collection.addresses.push({ excerpt: address, holdsToken })
  return found
}
