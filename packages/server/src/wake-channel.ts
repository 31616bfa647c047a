/** Something that carries short texts between processes, as well as it can. */
export interface WakeChannel {
  /**
   * Connects. `heard` is called for every message from then on, `broken` once there will be no
   * more. Answers what closes it; throws when it cannot connect.
   */
  open(listener: {
    heard: (message: string) => void
    broken: (error: Error) => void
  }): Promise<() => void>
  send(message: string): Promise<unknown>
  /** What to look at when nothing arrives though the connection stands. */
  readonly hint: string
}
