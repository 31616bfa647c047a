// Watches what is said while tests run: every secret that goes in or comes out is kept, every log
// line, error and figure as well, and at the end nothing of the one may be in the other. A module of
// its own, because it is loaded before every test file.

/** Secrets by what they are, so that a leak is named without being shown. */
export type Secrets = Map<string, string>

/** So many characters of a secret in a row are a leak; fewer occur by chance. */
const PIECE = 12

/** Longer ones are looked for as they are: nobody encodes a whole payload by mistake. */
const MAX_ENCODED = 200

/** Which of the secrets occur in texts: in part, as they are or in another usual encoding. */
export function findLeaks(texts: Iterable<string>, secrets: Secrets): string[] {
  const pieces = new Map<string, string>()
  const phrases = new Map<string, string>()
  for (const [name, secret] of secrets) {
    for (const form of formsOf(secret)) {
      // Half of a token is worth hiding as well; half of a sentence is just words.
      if (!/^[\w-]+$/.test(form) || form.length < PIECE) phrases.set(form, name)
      else for (const piece of piecesOf(form)) pieces.set(piece, name)
    }
  }
  const found = new Set<string>()
  for (const text of texts) {
    for (const [phrase, name] of phrases) if (text.includes(phrase)) found.add(name)
    for (const [word] of text.matchAll(/[\w-]{12,}/g)) {
      for (let start = 0; start + PIECE <= word.length; start++) {
        const name = pieces.get(word.slice(start, start + PIECE))
        if (name !== undefined) found.add(name)
      }
    }
  }
  return [...found]
}

function formsOf(secret: string): string[] {
  if (secret.length > MAX_ENCODED) return [secret]
  const bytes = Buffer.from(secret)
  const forms = [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]
  // Binary secrets would be printed as their bytes.
  const isBinary = /^[\w-]{43,}$/.test(secret)
  return isBinary ? [...forms, Buffer.from(secret, 'base64url').toString('hex')] : forms
}

/** One behind the other; what is left at the end is in the piece before it. */
function piecesOf(form: string): string[] {
  const pieces = []
  for (let start = 0; start + PIECE <= form.length; start += PIECE) {
    pieces.push(form.slice(start, start + PIECE))
  }
  return pieces
}

interface Watch {
  readonly secrets: Secrets
  readonly texts: Set<string>
  readonly sources: (() => string)[]
}

let watch: Watch | null = null

/** From here on everything is remembered until {@link endLeakWatch}; before, nothing is. */
export function startLeakWatch(): void {
  watch = { secrets: new Map(), texts: new Set(), sources: [] }
}

export function isWatchingLeaks(): boolean {
  return watch !== null
}

/** Too short, and it would be found everywhere. */
const MIN_SECRET = 12

/** What must be seen nowhere. Of tokens only what makes them work: their ids are public. */
export function keepSecret(what: string, value: string): void {
  if (watch === null) return
  const [, payload, signature] = /^[\w-]+\.([\w-]+)\.([\w-]+)$/.exec(value) ?? []
  const mac = /^rt_[\w-]+([\w-]{42})$/.exec(value)?.[1]
  const parts =
    payload !== undefined && signature !== undefined ? [payload, signature] : [mac ?? value]
  for (const part of parts) {
    if (part.length >= MIN_SECRET) watch.secrets.set(`${what} ${watch.secrets.size}`, part)
  }
}

/** What was said, once. */
export function watchText(text: string): void {
  watch?.texts.add(text)
}

/** What goes on being said: read at the end. */
export function watchSource(read: () => string): void {
  watch?.sources.push(read)
}

/** What leaked, by name, and how much was compared. */
export function endLeakWatch(): { leaks: string[]; secrets: number; characters: number } {
  if (watch === null) return { leaks: [], secrets: 0, characters: 0 }
  const texts = [...watch.texts, ...watch.sources.map((read) => read())]
  const { secrets } = watch
  watch = null
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  return { leaks: findLeaks(texts, secrets), secrets: secrets.size, characters }
}
