import type { Collection } from './collection.ts'
import { type Excerpt, sliceExcerpt } from './excerpt.ts'

const BEGIN = '-----BEGIN '
const END = '-----END '
const RULE = '-----'

/** Private keys in PEM form (RFC 7468), wherever they stand; the last one may have lost its end. */
export function collectPrivateKeys(collection: Collection, whole: Excerpt): void {
  const { text } = whole
  for (let start = text.indexOf(BEGIN); start >= 0; ) {
    const labelEnd = text.indexOf(RULE, start + BEGIN.length)
    if (labelEnd < 0) return
    const end = endOf(text, labelEnd + RULE.length)
    if (text.slice(start, labelEnd).endsWith('PRIVATE KEY')) {
      const excerpt = sliceExcerpt(whole, start, end)
      collection.secrets.push({ excerpt, what: 'private-key', source: 'a private key' })
    }
    start = text.indexOf(BEGIN, end)
  }
}

function endOf(text: string, from: number): number {
  const end = text.indexOf(END, from)
  const rule = end < 0 ? -1 : text.indexOf(RULE, end + END.length)
  return rule < 0 ? text.length : rule + RULE.length
}
