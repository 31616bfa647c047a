/** Body of every error answer, `application/problem+json`. @see RFC 9457 */
export interface Problem {
  /** Stable and meant for programs; `title` and `detail` are for people and may change. */
  code: string
  title: string
  status: number
  detail?: string
  /** For a refused body: where the first fault is, as a JSON pointer. */
  pointer?: string
}
