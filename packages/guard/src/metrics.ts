// A guard's figures in Prometheus' text format, without a library: names and labels are few and
// fixed, and none ever holds what a request brought.
import type { Emitter, GuardEvent } from './events.ts'
import type { IssuerHealth } from './issuer.ts'
import { BEARER_CODES, type BearerCode } from './protocol/index.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/** Every type, so that an alarm on what never happened sees a zero. */
const EVENT_TYPES: Record<Exclude<GuardEvent['type'], 'refused'>, true> = {
  feed_connected: true,
  feed_disconnected: true,
  feed_failed: true,
  stale: true,
  fresh: true,
  keys_refreshed: true,
  keys_failed: true,
  introspection_failed: true,
}

interface Metric {
  readonly name: string
  readonly help: string
}

interface Gauge extends Metric {
  /** Null: no such thing at this issuer. */
  readonly read: (issuer: IssuerHealth, nowSeconds: number) => number | null
}

const GAUGES: readonly Gauge[] = [
  {
    name: 'fresh',
    help: '1 while keys are there and the feed is fresh',
    read: ({ status }) => Number(status === 'fresh'),
  },
  {
    name: 'staleness_seconds',
    help: 'Age of what is known of revocations',
    read({ stalenessMs, revocations }) {
      if (stalenessMs !== null) return stalenessMs / 1000
      return revocations === null ? null : Number.POSITIVE_INFINITY
    },
  },
  {
    name: 'feed_connected',
    help: '1 while the feed is followed',
    read: ({ connected, revocations }) => (revocations === null ? null : Number(connected)),
  },
  {
    name: 'revocations',
    help: 'Live revocations held',
    read: ({ revocations }) => revocations,
  },
  { name: 'keys', help: 'Usable keys', read: ({ keys }) => keys.count },
  {
    name: 'keys_age_seconds',
    help: 'Since the keys were last confirmed',
    read: ({ keys: { fetchedAt } }, now) => (fetchedAt === null ? null : now - fetchedAt),
  },
  {
    name: 'watched_identities',
    help: 'Open connections that wait for the end of an identity',
    read: ({ watched }) => watched,
  },
]

export interface Figures {
  readonly accepted: number
  readonly events: Emitter
  readonly issuers: readonly IssuerHealth[]
  readonly nowSeconds: number
}

export function printMetrics({ accepted, events, issuers, nowSeconds }: Figures): string {
  const countOf = (name: GuardEvent['type'] | BearerCode) => events.counts.get(name) ?? 0
  return [
    print({ type: 'counter', name: 'requests_total', help: 'Requests and tokens judged' }, [
      [{ result: 'accepted' }, accepted],
      ...namesOf(BEARER_CODES).map((code) => [{ result: code }, countOf(code)] as const),
    ]),
    print(
      { type: 'counter', name: 'events_total', help: 'What happened besides' },
      namesOf(EVENT_TYPES).map((type) => [{ type }, countOf(type)] as const),
    ),
    print({ type: 'counter', name: 'events_lost_total', help: 'Events that onEvent threw on' }, [
      [{}, events.lost],
    ]),
    ...GAUGES.map(({ read, ...gauge }) => print({ type: 'gauge', ...gauge }, perIssuer(read))),
    print(
      { type: 'counter', name: 'introspections_total', help: 'Questions about single tokens' },
      (['active', 'inactive', 'failed'] as const).flatMap((result) =>
        perIssuer(({ introspections }) => introspections?.[result] ?? null).map(
          ([labels, value]) => [{ ...labels, result }, value] as const,
        ),
      ),
    ),
  ].join('')

  function perIssuer(read: Gauge['read']): Sample[] {
    return issuers.flatMap((issuer) => {
      const value = read(issuer, nowSeconds)
      return value === null ? [] : [[{ issuer: issuer.issuer ?? '' }, value] as const]
    })
  }
}

function print(
  { type, name, help }: Metric & { readonly type: string },
  samples: readonly Sample[],
): string {
  const full = `signet_guard_${name}`
  const lines = samples.map(([labels, value]) => `${full}${printLabels(labels)} ${printed(value)}`)
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n')
}

function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')
    return `${name}="${escaped}"`
  })
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function printed(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
}

function namesOf<T extends string>(record: Record<T, unknown>): T[] {
  return Object.keys(record) as T[]
}
