/** The address of a server, with a password in it perhaps. Logged or printed it shows none. */
export class HiddenUrl {
  readonly #url: string
  /** Host, port and path, fit to be shown. */
  readonly name: string

  constructor(url: URL) {
    this.#url = url.href
    this.name = `${url.host}${url.pathname}`
  }

  /** The whole address, password included: for the driver alone. */
  reveal(): string {
    return this.#url
  }

  toJSON(): string {
    return this.name
  }
}
