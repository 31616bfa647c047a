/** Often enough to be seen moving. */
const INTERVAL_MS = 100

export interface Progress {
  readonly show: (text: string) => void
  /** Takes the line away. */
  readonly end: () => void
}

/** One line on stderr that changes, for people at a terminal; nothing at all elsewhere. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let shownAt = Number.NEGATIVE_INFINITY
  let isShown = false
  return {
    show(text) {
      if (!stream.isTTY || performance.now() - shownAt < INTERVAL_MS) return
      shownAt = performance.now()
      isShown = true
      stream.write(`\r\u001b[K${text}`)
    },
    end() {
      if (isShown) stream.write('\r\u001b[K')
      isShown = false
    },
  }
}
