// The bare hash rate of the machine: passwords verified with argon2id as the authority does it,
// the same number at once, and nothing else. `{ ms }` comes from the parent, the rate goes back.
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'

// The very copy that the authority loads.
const ofServer = createRequire(new URL('../../../packages/server/package.json', import.meta.url))
const { hash, verify } = ofServer('@node-rs/argon2')

const PASSWORD = 'correct horse battery'
const AT_ONCE = Math.min(4, availableParallelism())
const known = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })

process.on('disconnect', () => process.exit())
process.on('message', async ({ ms }) => {
  const started = performance.now()
  let answers = 0
  const work = async () => {
    while (performance.now() < started + ms) {
      if (!(await verify(known, PASSWORD))) throw new Error('a password that is right was refused')
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  process.send({ answers, perSecond: answers / ((performance.now() - started) / 1000) })
})
process.send('ready')
