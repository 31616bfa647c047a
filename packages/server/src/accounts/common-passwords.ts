// The 49,233 passwords of zxcvbn's list, loaded when the first new password is judged: 4 MB and 50 ms
// that an authority without signups never spends.

let loading: Promise<ReadonlySet<string>> | null = null

/** Whether guessers try it first, however it is capitalised. */
export async function isCommonPassword(password: string): Promise<boolean> {
  loading ??= load()
  return (await loading).has(password.toLowerCase())
}

async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'])
}
