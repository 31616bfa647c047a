/**
 * The members of a body that name an account: the same wherever they are sent, so that what signs up
 * can log in. Generous limits against floods; what is acceptable is judged by the accounts.
 */
export const CREDENTIAL_MEMBERS = {
  email: { type: 'string', maxLength: 320 },
  password: { type: 'string', maxLength: 2_048 },
} as const

export const PASSWORD_MEMBER = CREDENTIAL_MEMBERS.password
