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
// Left to itself Node 20 can spin for ever on its way out, in its clean-up of connections that broke.
process.exit((await prove(options)) ? 0 : 1)
