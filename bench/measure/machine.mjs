import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

/** What a figure means nothing without; no names of machines, only their class. */
export function describeMachine() {
  const { node, openssl, v8 } = process.versions
  const load = loadavg()[0].toFixed(2)
  return `${cpus().length} cores, Node ${node}, OpenSSL ${openssl}, V8 ${v8}, load before ${load}`
}

export function versionOf(packageJsonUrl) {
  return JSON.parse(readFileSync(packageJsonUrl, 'utf8')).version
}
