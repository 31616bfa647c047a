interface Waiter {
  resolve(): void
  reject(error: unknown): void
}

/** Something that comes true later, may fail on the way and still come true afterwards. */
export class Gate {
  #state: 'shut' | 'open' | { error: unknown } = 'shut'
  #waiters: Waiter[] = []

  /** Resolves when open, at once or later; rejects with what `fail` was last told. */
  wait(): Promise<void> {
    if (this.#state === 'open') return Promise.resolve()
    if (this.#state !== 'shut') return Promise.reject(this.#state.error)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
    })
  }

  open(): void {
    this.#state = 'open'
    for (const waiter of this.#release()) waiter.resolve()
  }

  /** Has no effect on a gate that is open. */
  fail(error: unknown): void {
    if (this.#state === 'open') return
    this.#state = { error }
    for (const waiter of this.#release()) waiter.reject(error)
  }

  #release(): Waiter[] {
    const waiters = this.#waiters
    this.#waiters = []
    return waiters
  }
}
