// Takes a token apart, as far as anybody could, and collects what makes it not well-formed.
import type { JsonValue, Part, Place } from '../explanation.ts'
import { type Excerpt, originOf, sliceExcerpt } from '../input/excerpt.ts'
import { readBase64url } from './base64url.ts'
import { type JsonNode, readJson } from './json.ts'
import type { JsonProblem } from './json-cursor.ts'
import { readUtf8 } from './utf8.ts'

export type FormProblemId =
  | 'parts-count'
  | 'part-empty'
  | 'base64-character'
  | 'base64-alphabet'
  | 'base64-padding'
  | 'base64-length'
  | 'trailing-bits'
  | 'utf8-invalid'
  | 'byte-order-mark'
  | 'not-an-object'
  | JsonProblem['id']

export interface FormProblem {
  readonly id: FormProblemId
  readonly place: Place
  readonly detail: string | null
}

export interface ReadPart {
  readonly part: Part
  readonly excerpt: Excerpt
  readonly bytes: Uint8Array
  /** What it says, for parts that should say something. */
  readonly json: { readonly text: string; readonly root: JsonNode | null } | null
  /** The place of a range of the JSON text. */
  placeOf(start: number, end: number): Place
}

export type JsonObject = { readonly [name: string]: JsonValue }

export interface ReadToken {
  readonly excerpt: Excerpt
  readonly parts: readonly ReadPart[]
  readonly isEncrypted: boolean
  /** Null when it cannot be read. */
  readonly header: JsonObject | null
  /** Null when it cannot be read, or is not there to be read. */
  readonly claims: JsonObject | null
  readonly signature: Uint8Array | null
  readonly problems: readonly FormProblem[]
}

const SIGNED: readonly Part[] = ['header', 'payload', 'signature']
const ENCRYPTED: readonly Part[] = ['header', 'encrypted-key', 'iv', 'ciphertext', 'tag']
const SPOKEN: readonly Part[] = ['header', 'payload']
/** Parts that may be empty: `none` has no signature, `dir` has no encrypted key. */
const MAY_BE_EMPTY: readonly Part[] = ['signature', 'encrypted-key', 'ciphertext']

export function readToken(excerpt: Excerpt): ReadToken {
  const dots = findDots(excerpt.text)
  const isEncrypted = dots.length === ENCRYPTED.length - 1
  const names = isEncrypted ? ENCRYPTED : SIGNED
  const problems: FormProblem[] = []
  if (dots.length !== names.length - 1) problems.push(countProblem(excerpt, dots.length + 1))
  const parts = names.flatMap((part, index) => {
    if (index > dots.length) return []
    const start = index === 0 ? 0 : (dots[index - 1] ?? 0) + 1
    return [readPart(part, { excerpt: sliceExcerpt(excerpt, start, dots[index]), problems })]
  })
  return {
    excerpt,
    parts,
    isEncrypted,
    header: objectOf(parts, 'header'),
    claims: objectOf(parts, 'payload'),
    signature: parts.find(({ part }) => part === 'signature')?.bytes ?? null,
    problems,
  }
}

/** The first of them; more than any form of token has are of no interest. */
function findDots(text: string): number[] {
  const dots: number[] = []
  for (let at = text.indexOf('.'); at >= 0 && dots.length < 6; at = text.indexOf('.', at + 1)) {
    dots.push(at)
  }
  return dots
}

function countProblem(excerpt: Excerpt, count: number): FormProblem {
  const many = count > ENCRYPTED.length + 1 ? `more than ${ENCRYPTED.length}` : String(count)
  const place: Place = {
    part: 'token',
    offset: originOf(excerpt, 0),
    length: originOf(excerpt, excerpt.text.length) - originOf(excerpt, 0),
    decoded: null,
  }
  const detail = `It has ${many} part${count === 1 ? '' : 's'} between dots; signed tokens have 3, encrypted ones 5.`
  return { id: 'parts-count', place, detail }
}

function readPart(
  part: Part,
  { excerpt, problems }: { excerpt: Excerpt; problems: FormProblem[] },
): ReadPart {
  const { bytes, problems: broken, characterOf } = readBase64url(excerpt.text)
  const placeAt = (index: number, length: number, decoded: Place['decoded'] = null): Place => {
    const offset = originOf(excerpt, index)
    return { part, offset, length: originOf(excerpt, index + length) - offset, decoded }
  }
  for (const { id, index, length } of broken) {
    problems.push({ id, place: placeAt(index, length), detail: null })
  }
  if (excerpt.text === '') {
    if (!MAY_BE_EMPTY.includes(part)) {
      problems.push({ id: 'part-empty', place: placeAt(0, 0), detail: `The ${part} is empty.` })
    }
    return { part, excerpt, bytes, json: null, placeOf: () => placeAt(0, 0) }
  }
  if (!SPOKEN.includes(part)) {
    return { part, excerpt, bytes, json: null, placeOf: () => placeAt(0, excerpt.text.length) }
  }

  const utf8 = readUtf8(bytes)
  const placeOf = (start: number, end: number): Place => {
    const from = characterOf(utf8.byteOf(start))
    // A byte's last bits may lie in the next character.
    const until = Math.min(excerpt.text.length, characterOf(utf8.byteOf(end) - 1) + 2)
    return placeAt(from, Math.max(0, until - from), { offset: start, length: end - start })
  }
  for (const { byte, length } of utf8.problems) {
    const from = characterOf(byte)
    const until = Math.min(excerpt.text.length, characterOf(byte + length - 1) + 2)
    problems.push({ id: 'utf8-invalid', place: placeAt(from, until - from), detail: null })
  }
  const { text } = utf8
  if (text.startsWith('\ufeff')) {
    problems.push({ id: 'byte-order-mark', place: placeOf(0, 1), detail: null })
  }
  const marks = text.startsWith('\ufeff') ? 1 : 0
  const { root, problems: spoiled } = readJson(text, marks)
  for (const { id, start, end, detail } of spoiled) {
    problems.push({ id, place: placeOf(start, end), detail })
  }
  if (root !== null && root.members === undefined) {
    problems.push({ id: 'not-an-object', place: placeOf(root.start, root.end), detail: null })
  }
  return { part, excerpt, bytes, json: { text, root }, placeOf }
}

function objectOf(parts: readonly ReadPart[], part: Part): JsonObject | null {
  const root = parts.find((one) => one.part === part)?.json?.root
  return root?.members === undefined ? null : (root.value as JsonObject)
}
