// Long proofs, by name: node bench/prove.mjs NAME [options of that proof]
// Each file under bench/prove is one; it prints what it did and ends with 0 when the promise held.
import { readdirSync } from 'node:fs'

const [name, ...options] = process.argv.slice(2)
const proofs = readdirSync(new URL('./prove/', import.meta.url))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length))

if (name === undefined || !proofs.includes(name)) {
  process.stderr.write(`Usage: npm run prove -- ${proofs.join(' | ')} [options]\n`)
  process.exit(2)
}
const { prove } = await import(`./prove/${name}.mjs`)
const isHeld = await prove(options)
// What broke off in the middle may have left behind what would keep this process for ever.
if (!isHeld) process.exit(1)
