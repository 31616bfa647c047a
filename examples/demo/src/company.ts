// The three processes of the demo: started, stopped and cleaned up.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const FILES = {
  authority: fileURLToPath(new URL('../../../packages/cli/bin/signet.mjs', import.meta.url)),
  orders: fileURLToPath(new URL('../../orders/dist/orders.js', import.meta.url)),
  payments: fileURLToPath(new URL('../../payments/dist/payments.js', import.meta.url)),
}

type Name = keyof typeof FILES

export class Company {
  readonly urls: Readonly<Record<Name, string>>
  readonly #folder: string
  readonly #running = new Map<Name, ChildProcess>()
  readonly #output = new Map<Name, string>()

  private constructor(folder: string, urls: Record<Name, string>) {
    this.#folder = folder
    this.urls = urls
  }

  static async open(): Promise<Company> {
    const folder = await mkdtemp(join(tmpdir(), 'signet-demo-'))
    const urls = { authority: '', orders: '', payments: '' }
    for (const name of Object.keys(urls) as Name[]) {
      urls[name] = `http://127.0.0.1:${await findFreePort()}`
    }
    return new Company(folder, urls)
  }

  async startAll(): Promise<void> {
    await this.startAuthority()
    const common = { ISSUER: this.urls.authority, AUDIENCE: this.urls.authority }
    this.#start('payments', [], { ...common, PORT: portOf(this.urls.payments) })
    this.#start('orders', [], {
      ...common,
      PORT: portOf(this.urls.orders),
      PAYMENTS_URL: this.urls.payments,
    })
    for (const name of ['payments', 'orders'] as const) {
      await this.#waitFor(name, '/health', (body) => body.status === 'fresh')
    }
  }

  async startAuthority(): Promise<void> {
    this.#start('authority', ['dev'], {
      SIGNET_PORT: portOf(this.urls.authority),
      SIGNET_ISSUER: this.urls.authority,
      SIGNET_DATABASE_URL: `sqlite:${join(this.#folder, 'signet.db')}`,
    })
    await this.#waitFor('authority', '/health/ready', (body) => body.status === 'ready')
  }

  async stopAuthority(): Promise<void> {
    await this.#stop('authority')
  }

  async close(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.#stop(name)
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** The end of what each process printed: for when something went wrong. */
  lastWords(): string {
    return [...this.#output].map(([name, text]) => `\n--- ${name}\n${text.slice(-1500)}\n`).join('')
  }

  #start(name: Name, args: string[], settings: Record<string, string>): void {
    const child = spawn(process.execPath, [FILES[name], ...args], {
      cwd: this.#folder,
      env: { ...withoutSettings(process.env), ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output.set(name, (this.#output.get(name) ?? '') + text)
      })
    }
    this.#running.set(name, child)
  }

  async #stop(name: Name): Promise<void> {
    const child = this.#running.get(name)
    this.#running.delete(name)
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
  }

  async #waitFor(
    name: Name,
    path: string,
    isReady: (body: { status?: unknown }) => boolean,
  ): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt++) {
      if (this.#running.get(name)?.exitCode !== null) break
      try {
        const response = await fetch(this.urls[name] + path)
        if (isReady((await response.json()) as { status?: unknown })) return
      } catch {
        // Not listening yet.
      }
      await sleep(50)
    }
    throw new Error(`${name} did not start`)
  }
}

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('SIGNET_')),
  )
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

function portOf(url: string): string {
  return new URL(url).port
}
