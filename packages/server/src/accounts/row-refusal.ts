import type { HashRefusalCode } from './hashes/hash-kind.ts'

export type RowRefusalCode =
  | 'byte_order_mark'
  | 'not_utf8'
  | 'line_too_long'
  | 'not_json'
  | 'member_unknown'
  | 'member_invalid'
  | 'email_invalid'
  | 'password_in_clear'
  | HashRefusalCode
  | 'account_differs'
  | 'id_taken'

/** Why a row is not taken. The message is for the operator and holds no value of the row. */
export class RowRefusal extends Error {
  readonly code: RowRefusalCode

  constructor(code: RowRefusalCode, message: string) {
    super(message)
    this.name = 'RowRefusal'
    this.code = code
  }
}
