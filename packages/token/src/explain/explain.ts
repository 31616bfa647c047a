// Explains what a token says, to whom, until when, and what is wrong with it. Owns words and
// judgement about what can be seen; computes no signature, reads no clock but the one given or the
// runtime's, opens nothing, and believes nothing. No module or global of Node: it runs anywhere.
import { explainToken } from './explain-token.ts'
import type { ExplainOptions, Explanation } from './explanation.ts'
import { worstGrade } from './grade.ts'
import { trimExcerpt } from './input/excerpt.ts'
import { readUtf8 } from './read/utf8.ts'

/**
 * Explains whatever was pasted: a token, a header, a cookie, a command, an answer, a key set.
 * Never throws for what it is given, and never says that a token may be believed: that takes a key
 * and a policy, which the caller asks elsewhere and tells.
 *
 * @throws TypeError for an input that is neither text nor bytes, or a `now` that is no number
 */
export function explain(input: string | Uint8Array, options: ExplainOptions = {}): Explanation {
  const now = options.now ?? Math.floor(Date.now() / 1000)
  const text = typeof input === 'string' ? input : readUtf8(input).text
  const tokens = [
    explainToken({
      excerpt: trimExcerpt({ text, origin: 0 }),
      source: null,
      now,
      caller: options,
    }),
  ]
  return {
    version: 1,
    now,
    input: { form: 'token', words: 'A token.', notes: [], findings: [] },
    tokens,
    keySet: null,
    grade: worstGrade(tokens.map(({ grade }) => grade)),
  }
}
