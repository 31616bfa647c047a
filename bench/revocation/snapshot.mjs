// A verifier that begins with a large live set: how long until it is fresh, how much comes over the
// wire, and what others notice meanwhile.
import { createGuard } from '@signet/guard'
import { spawnAuthority } from '@signet/testkit'
import { residentMegabytes } from '../measure/processes.mjs'

const ISSUER = 'http://localhost:3000'

export async function reportSnapshot({ name, database, entries, say, defer }) {
  const authority = await spawnAuthority({
    settings: { ...database.settings, SIGNET_ISSUER: ISSUER, SIGNET_LOG_LEVEL: 'silent' },
  })
  defer(() => authority[Symbol.asyncDispose]())
  const before = residentMegabytes(authority.pid())
  await database.query(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${entries})
     insert into revocations
     select i, 'session', 'ses_' || substr('aaaaaaaaaaaaaaaaaaaaaa' || i, length('' || i) + 1), null, null,
       9999999999, 0 from n`,
  )
  await database.query(`update revocation_log set head = ${entries} returning head`)
  const wire = await readSnapshot(authority.url)
  if (wire.entries !== entries) throw new Error(`the stream had ${wire.entries} entries`)
  const noticed = await whileProbing(authority.url, () => openGuards(authority.url, 1))
  const many = await whileProbing(authority.url, () => openGuards(authority.url, 8))
  const after = residentMegabytes(authority.pid())
  say(
    '',
    `## A snapshot of ${entries.toLocaleString('en-GB')} from ${name}`,
    '',
    `- over the wire: ${(wire.bytes / 1e6).toFixed(0)} MB, ${(wire.bytes / entries).toFixed(0)} bytes each, read in ${seconds(wire.ms)}`,
    `- until a guard is fresh: ${seconds(noticed.ms)}; meanwhile others were answered in ${noticed.probe}`,
    `- until eight at once are (in one process): ${seconds(many.ms)}; meanwhile others in ${many.probe}`,
    `- the authority held ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after`,
  )
  await authority.stop()
}

/** The stream alone, until the whole set has come. */
async function readSnapshot(url) {
  const started = performance.now()
  const cut = new AbortController()
  const response = await fetch(`${url}/revocations/stream`, { signal: cut.signal })
  const decoder = new TextDecoder()
  let bytes = 0
  let entries = 0
  let tail = ''
  for await (const chunk of response.body) {
    const text = tail + decoder.decode(chunk, { stream: true })
    bytes += chunk.length
    const blocks = text.split('\n\n')
    tail = blocks.pop()
    for (const block of blocks) entries += block.split('"kind"').length - 1
    if (blocks.some((block) => block.includes('"complete":true'))) break
  }
  cut.abort()
  return { bytes, entries, ms: performance.now() - started }
}

async function openGuards(url, count) {
  const guards = Array.from({ length: count }, () =>
    createGuard({
      issuer: ISSUER,
      audience: ISSUER,
      fetch: (address, init) => fetch(String(address).replace(ISSUER, url), init),
    }),
  )
  try {
    await Promise.all(guards.map((guard) => guard.ready()))
  } finally {
    for (const guard of guards) guard.close()
  }
}

/** How long `work` took, and how long the authority took to answer something else meanwhile. */
async function whileProbing(url, work) {
  const times = []
  let isDone = false
  const probing = (async () => {
    while (!isDone) {
      const started = performance.now()
      await (await fetch(`${url}/health/live`)).arrayBuffer()
      times.push(performance.now() - started)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  const started = performance.now()
  await work()
  const ms = performance.now() - started
  isDone = true
  await probing
  times.sort((one, other) => one - other)
  const at = (share) => times[Math.ceil(share * times.length) - 1].toFixed(1)
  return { ms, probe: `${at(0.5)} ms (median), ${at(0.99)} (p99), ${at(1)} (max)` }
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`
}
