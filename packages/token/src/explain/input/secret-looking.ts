// Names of values in texts that nobody parses: by what is in them, for everybody spells them anew.
import { isPasswordName, isSecretName, isTokenName, plainName } from './secret-names.ts'

export type SecretKind = 'password' | 'secret' | 'token' | 'cookie'

const PASSWORD = /passw(?:or)?d|passphrase|passcode|pwd$|(?<!by|com|sur)pass$/
const SECRET =
  /secret|credential|apikey|accesskey|privatekey|signingkey|encryptionkey|authkey|masterkey|(?:^|user|sms|auth)otp$|recoverycode|verificationcode|signature$|^sig$/
const TOKEN =
  /token$|jwt$|^auth$|^authorization$|^proxyauthorization$|^bearer$|^dpop$|^session$|session(?:id|key|cookie)$|^sid$|^assertion$|ticket$/
/** What is said about a secret is none. */
const ABOUT =
  /(?:type|expires|expiry|expir(?:es|ation)?(?:at|in|on|s)?|endpoint|ur[il]|count|length|lengthmin|ttl|method|methods|policy|algorithm|alg|name|supported|verified|required|changed(?:at)?|valid)$/
/** In addresses and forms alone: elsewhere these are words like others. */
const FIELDS = new Set([
  'code',
  'email',
  'mail',
  'user',
  'username',
  'login',
  'loginhint',
  'phone',
  'key',
  'hash',
  'xamzcredential',
])

/** Null for a name that is not that of a secret. */
export function secretKindOfName(name: string): SecretKind | null {
  const plain = plainName(name)
  if (plain === 'cookie' || plain === 'setcookie') return 'cookie'
  if (isPasswordName(name)) return 'password'
  if (isSecretName(name)) return 'secret'
  if (isTokenName(name)) return 'token'
  if (ABOUT.test(plain)) return null
  if (PASSWORD.test(plain)) return 'password'
  if (SECRET.test(plain)) return 'secret'
  return TOKEN.test(plain) ? 'token' : null
}

export function isPrivateField(name: string): boolean {
  return FIELDS.has(plainName(name))
}
