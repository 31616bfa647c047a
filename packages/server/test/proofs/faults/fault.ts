/** What befalls a running authority, and passes. */
export interface Fault {
  readonly name: string
  begin(): Promise<unknown>
  end(): Promise<unknown>
}
