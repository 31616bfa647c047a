// The whole promise in one walk, on real processes: an authority, an Express service and a Fastify
// service. Prints each step and what came back; ends with 1 as soon as a step does not hold.
import { setTimeout as sleep } from 'node:timers/promises'
import { call, callAs } from './call.ts'
import { Company } from './company.ts'
import { check, said, step, until } from './steps.ts'

const OUTAGE_SECONDS = Number(process.env['DEMO_OUTAGE_SECONDS'] ?? 15)

const company = await Company.open()
process.once('SIGINT', () => company.close().then(() => process.exit(130)))
process.once('SIGTERM', () => company.close().then(() => process.exit(143)))

try {
  await walk()
  process.stdout.write('\nEvery step held.\n')
} catch (error) {
  process.stdout.write(`\nThis did not hold: ${(error as Error).message}\n`)
  process.stdout.write(company.lastWords())
  process.exitCode = 1
} finally {
  await company.close()
}

async function walk(): Promise<void> {
  step('Start an authority and two services, each a process of its own')
  await company.startAll()
  const { authority, orders, payments } = company.urls
  said(`authority  ${authority}`)
  said(`orders     ${orders}   Express`)
  said(`payments   ${payments}   Fastify`)

  step('Sign up and log in')
  const person = { email: 'ada@example.com', password: 'correct horse battery' }
  await call('POST', `${authority}/signup`, { body: person })
  const login = await call('POST', `${authority}/login`, { body: person })
  check(login, 200)
  const { accessToken, refreshToken, user } = login.body
  const as = callAs(accessToken)
  said(`${user.id} holds a token of ${accessToken.length} bytes`)

  step('Call orders: it checks the stamp by itself')
  const mine = check(await as('GET', `${orders}/orders`), 200)
  if (mine.body.subject !== user.id) throw new Error('orders saw somebody else')

  step('Orders calls payments on the user’s behalf: both see the same person')
  const paid = check(await as('POST', `${orders}/orders/1/pay`), 201)
  if (paid.body.subject !== user.id) throw new Error('payments saw somebody else')

  step('A call that needs the role admin')
  check(await as('DELETE', `${orders}/orders/1`), 403)

  step('The same token with another subject written into it')
  const forged = forge(accessToken)
  check(await callAs(forged)('GET', `${orders}/orders`), 401)
  check(await callAs(forged)('GET', `${payments}/payments`), 401)

  step(`Stop the authority for ${OUTAGE_SECONDS} s: ordinary routes go on`)
  await company.stopAuthority()
  for (let second = 1; second <= OUTAGE_SECONDS; second++) {
    await sleep(1000)
    const [first, other] = await Promise.all([
      as('GET', `${orders}/orders`),
      as('GET', `${payments}/payments`),
    ])
    if (first.status !== 200 || other.status !== 200) {
      throw new Error(`after ${second} s: orders ${first.status}, payments ${other.status}`)
    }
    said(`${String(second).padStart(2)} s  orders 200, payments 200`)
  }

  step("Routes declared onStale: 'refuse' answer 503 by now, and never 401")
  check(await as('POST', `${orders}/orders/2/refund`), 503)
  check(await as('POST', `${payments}/payouts`), 503)

  step('Start the authority again: both are fresh')
  await company.startAuthority()
  await until('orders refunds again', 10, async () => {
    return (await as('POST', `${orders}/orders/2/refund`)).status === 200
  })
  await until('payments pays out again', 10, async () => {
    return (await as('POST', `${payments}/payouts`)).status === 200
  })

  step('Log out: both services refuse within a second')
  check(await as('POST', `${authority}/logout`), 204)
  await until('orders and payments refuse', 1, async () => {
    const [first, other] = await Promise.all([
      as('GET', `${orders}/orders`),
      as('GET', `${payments}/payments`),
    ])
    return first.body.code === 'token_revoked' && other.body.code === 'token_revoked'
  })
  check(await as('GET', `${orders}/orders`), 401)
  check(await as('GET', `${payments}/payments`), 401)
  check(await call('POST', `${authority}/refresh`, { body: { refreshToken } }), 401)
}

/** Another subject under the old signature. */
function forge(token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const changed = JSON.stringify({ ...claims, sub: 'acc_somebody_else' })
  return [header, Buffer.from(changed).toString('base64url'), signature].join('.')
}
