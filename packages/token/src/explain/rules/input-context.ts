import type { TokenExplanation } from '../explanation.ts'
import type { Recognised } from '../input/collection.ts'

/** What rules about the wrapping may look at. */
export interface InputContext {
  readonly recognised: Recognised
  /** One for each of `recognised.tokens`. */
  readonly tokens: readonly TokenExplanation[]
}
