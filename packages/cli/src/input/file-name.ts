/** How tokens and secrets begin that have a form of their own. */
const SECRET_START = /^(?:bearer\s|e(?:yJ|yA|wo|w0)|rt_|gh[a-z]_|sk[-_]|AKIA)/i
/** Letters, digits and what encodings use, in one piece: the looks of what was made at random. */
const RANDOM = /[A-Za-z0-9+=_]{20,}/
const EXTENSION = /\.[A-Za-z]\w{0,5}$/
const MAX_LENGTH = 120

/**
 * A file as it was typed, or `otherwise` for what looks rather like a token or a secret put in its
 * place. Without an extension nothing tells a name from a password: then it is only shown where
 * `isSecret` says that no secret is due.
 */
export function fileText(
  file: string,
  { isSecret, otherwise }: { isSecret: boolean; otherwise: string },
): string {
  const isName = EXTENSION.test(file) || (!isSecret && /^[\w./~-]{1,19}$/.test(file))
  const isShown = isName && file.length <= MAX_LENGTH && /^[\x20-\x7e]+$/.test(file)
  return isShown && !RANDOM.test(file) && !SECRET_START.test(file) ? file : otherwise
}
