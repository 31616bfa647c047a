// Starts a tool of node_modules and waits for it; how the scripts here run everything.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs `command` in the root folder with its output on this terminal; answers the exit code.
 * A signal to this process reaches the tool too, and is waited for.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    const forward = (signal) => child.kill(signal)
    process.on('SIGTERM', forward)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', forward)
      resolve(signal === null ? code : 1)
    })
  })
}

/** Runs a JavaScript tool by its file below node_modules, without the detour through npx. */
export function runTool(file, args) {
  return run(process.execPath, [`${root}node_modules/${file}`, ...args])
}
