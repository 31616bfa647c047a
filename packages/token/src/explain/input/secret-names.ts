// Names of members, fields and headers, compared without case and punctuation.

export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

const PASSWORDS = new Set([
  'password',
  'passwd',
  'pwd',
  'pass',
  'passphrase',
  'currentpassword',
  'newpassword',
  'oldpassword',
  'userpassword',
])

const SECRETS = new Set([
  'secret',
  'clientsecret',
  'appsecret',
  'apikey',
  'xapikey',
  'apitoken',
  'secretkey',
  'secretaccesskey',
  'awssecretaccesskey',
  'signingkey',
  'encryptionkey',
  'masterkey',
  'privatekey',
  'codeverifier',
  'assertion',
  'otp',
  'pin',
  'totpsecret',
  'mfasecret',
  'recoverycode',
  'xamzsecuritytoken',
  'xfunctionskey',
  'ocpapimsubscriptionkey',
])

const TOKENS = new Set([
  'accesstoken',
  'idtoken',
  'refreshtoken',
  'idtokenhint',
  'logouttoken',
  'clientassertion',
  'subjecttoken',
  'actortoken',
  'token',
  'jwt',
  'bearertoken',
  'authtoken',
  'sessiontoken',
])

export function isPasswordName(name: string): boolean {
  return PASSWORDS.has(plainName(name))
}

export function isSecretName(name: string): boolean {
  return SECRETS.has(plainName(name))
}

export function isTokenName(name: string): boolean {
  return TOKENS.has(plainName(name))
}
