// What is counted for Prometheus. Names and labels are few and fixed: never an id, an address or
// anything else that a request brings.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { AuditEntry } from './audit/audit-entry.ts'
import type { AuthorityEvent, EventCounter } from './events.ts'

/** From the work of a refresh to that of a login behind a queue. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export class Metrics implements EventCounter {
  readonly #registry = new Registry()
  readonly #logins = this.#counter('signet_logins_total', 'Logins by result', ['result'])
  readonly #refreshes = this.#counter('signet_refreshes_total', 'Refreshes by outcome', ['outcome'])
  readonly #ends = this.#counter('signet_sessions_ended_total', 'Ended sessions', ['reason'])
  readonly #clientTokens = this.#counter('signet_client_tokens_total', 'Tokens for clients', [])
  readonly #introspections = this.#counter(
    'signet_introspections_total',
    'Tokens that were asked about, by whether they were good',
    ['active'],
  )
  readonly #entries = this.#counter('signet_audit_entries_total', 'Audit entries', [
    'type',
    'result',
  ])
  readonly #events = this.#counter('signet_events_total', 'What happened to the program', ['type'])
  readonly #requests = new Histogram({
    name: 'signet_http_request_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [this.#registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    // Series that are there from the start: an alarm on what never happened must see a zero.
    for (const result of ['done', 'refused', 'limited']) this.#logins.inc({ result }, 0)
    for (const outcome of ['rotated', 'repeated', 'repaired', 'refused']) {
      this.#refreshes.inc({ outcome }, 0)
    }
    for (const active of ['true', 'false']) this.#introspections.inc({ active }, 0)
    for (const reason of ['logout', 'reuse']) this.#ends.inc({ reason }, 0)
    for (const type of ['database_behind', 'log_unreadable', 'feed_cut'])
      this.#events.inc({ type }, 0)
  }

  countEvent(event: AuthorityEvent): void {
    if (event.type === 'refreshed') this.#refreshes.inc({ outcome: event.outcome })
    else if (event.type === 'client_token_issued') this.#clientTokens.inc()
    else this.#events.inc({ type: event.type })
    if (event.type === 'attempt_limited' && event.what === 'login') {
      this.#logins.inc({ result: 'limited' })
    }
  }

  countEntry({ type, result, detail }: AuditEntry): void {
    this.#entries.inc({ type, result })
    if (type === 'session_opened') this.#logins.inc({ result: 'done' })
    if (type === 'login_refused') this.#logins.inc({ result: 'refused' })
    if (type === 'session_ended') this.#ends.inc({ reason: String(detail?.['reason']) })
  }

  countIntrospection(isActive: boolean): void {
    this.#introspections.inc({ active: String(isActive) })
  }

  /** `route` is the pattern of a route, never an address. */
  countRequest(request: { method: string; route: string; status: number; seconds: number }): void {
    const { method, route, status, seconds } = request
    this.#requests.observe({ method, route, status }, seconds)
  }

  /** A figure that is asked for when somebody looks. */
  watch(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read())
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** Everything, in Prometheus' text format. */
  print(): Promise<string> {
    return this.#registry.metrics()
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }
}
