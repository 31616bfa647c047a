const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/**
 * Runs `work(defer)`. What it defers runs last first when it ends, in whatever way, and before the
 * process ends on Ctrl-C: servers are stopped and folders removed.
 */
export async function withCleanup(work) {
  const deferred = []
  const clean = async () => {
    for (const act of deferred.splice(0).reverse()) await act()
  }
  let ending = false
  const end = async (signal) => {
    if (ending) return
    ending = true
    try {
      await clean()
    } finally {
      process.exit(128 + SIGNALS[signal])
    }
  }
  for (const signal of Object.keys(SIGNALS)) process.on(signal, end)
  try {
    return await work((act) => deferred.push(act))
  } catch (error) {
    // Whatever it is, it comes of what was stopped under it.
    if (ending) await new Promise(() => {})
    throw error
  } finally {
    await clean()
    for (const signal of Object.keys(SIGNALS)) process.off(signal, end)
  }
}
