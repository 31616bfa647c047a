import { findText } from '../context.ts'
import type { KeyExplanation, KeySetExplanation } from '../explanation.ts'
import { gradeOf } from '../grade.ts'
import type { JsonObject } from '../read/token.ts'
import { runRules } from '../rules/rule.ts'
import { countWords } from '../words/time.ts'
import { bitLength, createKeyContext, findBytes, PRIVATE_MEMBERS } from './key-context.ts'
import { KEY_RULES } from './key-rules.ts'

const KINDS: ReadonlyMap<string, string> = new Map([
  ['RSA', 'RSA'],
  ['EC', 'elliptic curve'],
  ['OKP', 'Edwards or Montgomery curve'],
  ['oct', 'shared secret'],
  ['AKP', 'post-quantum'],
])

/** Of keys only their public outside is told: no member that is a number goes into the result. */
export function explainKeys(value: JsonObject): KeySetExplanation {
  const context = createKeyContext(value)
  const findings = runRules(KEY_RULES, context)
  const keys = context.numbered.map(({ key }) => explainKey(key))
  const words = context.isSet ? `A key set with ${countWords(keys.length, 'key')}.` : 'One key.'
  return { words, keys, findings, grade: gradeOf(findings) }
}

function explainKey(key: JsonObject): KeyExplanation {
  const kty = findText(key, 'kty')
  const number = kty === 'RSA' ? 'n' : kty === 'oct' ? 'k' : null
  const bytes = number === null ? null : findBytes(key, number)
  const bits = bytes === null ? null : kty === 'oct' ? bytes.length * 8 : bitLength(bytes)
  const isPrivate = kty === 'oct' || PRIVATE_MEMBERS.some((name) => Object.hasOwn(key, name))
  const curve = findText(key, 'crv')
  const kind = KINDS.get(kty ?? '') ?? 'of a kind that is not known'
  const size = curve ?? (bits === null ? null : `${bits} bits`)
  const half = kty === 'oct' ? 'A' : isPrivate ? 'A private key,' : 'A public key,'
  const words = `${half} ${kind}${size === null ? '' : `, ${size}`}.`
  const use = findText(key, 'use')
  return {
    kid: findText(key, 'kid'),
    kty,
    alg: findText(key, 'alg'),
    use,
    curve,
    bits,
    isPrivate,
    words,
  }
}
