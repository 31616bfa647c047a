import type { FoundToken } from './explanation.ts'
import { originOf } from './input/excerpt.ts'
import { recogniseInput } from './input/recognise.ts'

/**
 * The tokens in what was pasted, unwrapped, in the order of `explain`: what to give to a verifier.
 * They are as secret as what they were found in.
 *
 * @throws TypeError for an input that is neither text nor bytes
 */
export function findTokens(input: string | Uint8Array): readonly FoundToken[] {
  return recogniseInput(input).tokens.map(({ excerpt, source }) => {
    const offset = originOf(excerpt, 0)
    const length = originOf(excerpt, excerpt.text.length) - offset
    return { source, offset, length, text: excerpt.text }
  })
}
