/**
 * What `work` comes to, or the signal's reason once that is aborted. The runtime's fetch knows the
 * signal only weakly: after a collection of garbage an abort no longer reaches what is under way,
 * which would then hang for as long as the other side is silent. What comes too late is given to
 * `discard`, which must not throw.
 */
export async function untilAborted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  discard: (late: T) => void = () => {},
): Promise<T> {
  let abort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      work.then(discard, () => {})
      reject(signal.reason)
    }
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
