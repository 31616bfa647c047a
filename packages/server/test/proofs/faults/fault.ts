/** What befalls a running authority, and passes. */
export interface Fault {
  readonly name: string
  begin(): Promise<unknown>
  /** Asked again and again until enough requests have met it: brings back what passed by itself. */
  renew?(): Promise<unknown>
  end(): Promise<unknown>
}
