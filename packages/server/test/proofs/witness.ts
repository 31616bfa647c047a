// Uses an authority as applications do, remembers what it acknowledged and, after a fault, holds it
// to that: nothing acknowledged is gone, nobody honest is out, nothing used or void goes on.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, AuthorityClient, TestDatabase, TokenAnswer } from '@signet/testkit'
import { decode } from '@signet/token'
import type { Random, Tally } from './proof-run.ts'

const PASSWORD = 'correct horse battery'

/** Long enough that a refusing authority is not hammered, short beside everything that is waited for. */
const PAUSE_MS = 20

/** A session whose client lost an answer: `lost` is what it never saw. */
interface Forgetful {
  held: TokenAnswer
  lost: TokenAnswer | null
}

/** A session that moved on: its first token is used, its last one is current. */
interface MovedOn {
  readonly first: TokenAnswer
  readonly last: TokenAnswer
}

export class Witness {
  readonly #client: AuthorityClient
  readonly #database: TestDatabase
  readonly #tally: Tally
  #stopped = false
  #running: Promise<unknown> = Promise.resolve()
  /** A session that nothing else is asked of. */
  #probe: TokenAnswer | null = null
  #acknowledged = 0
  #people = 0
  #visits = 0
  #holders: TokenAnswer[] = []
  #forgetful: Forgetful[] = []
  /** Opened while all was well, so that a fault meets their next steps and not only logins. */
  #ready: TokenAnswer[] = []
  /** Acknowledged since the last check. */
  #movedOn: MovedOn[] = []
  #ended: TokenAnswer[] = []
  #joined: TokenAnswer[] = []
  /** Refresh tokens of sessions that must stay ended, from all checks so far. */
  readonly #past: string[] = []

  constructor(parts: { client: AuthorityClient; database: TestDatabase; tally: Tally }) {
    this.#client = parts.client
    this.#database = parts.database
    this.#tally = parts.tally
  }

  /** Successes so far, of whatever kind. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Makes the sessions that it keeps through all faults. */
  async open(): Promise<void> {
    const { status, body } = await this.#client.signup(this.#address(), PASSWORD)
    assert.equal(status, 201)
    this.#probe = body
    this.#holders = [await this.#login(), await this.#login()]
    this.#forgetful = [
      { held: await this.#login(), lost: null },
      { held: await this.#login(), lost: null },
    ]
    await this.#prepare()
  }

  /**
   * Keeps asking until {@link Witness.stop}; a refusal to answer (a broken connection, 503) is
   * taken, anything else that is not a success breaks the promise.
   */
  start(): void {
    this.#stopped = false
    this.#running = Promise.all([
      ...this.#holders.map((_, index) => this.#repeat(() => this.#refresh(index))),
      this.#repeat(() => this.#comeAndGo()),
      this.#repeat(() => this.#join()),
      ...this.#forgetful.map((session) => this.#loseAnswer(session)),
    ])
    // Told where it is waited for.
    this.#running.catch(() => {})
  }

  /** Waits for the requests under way, and throws what any of them found wrong. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  /** Whether a write is answered. */
  async isServed(): Promise<boolean> {
    const { refreshToken } = this.#probe as TokenAnswer
    const answer = await this.#ask(this.#client.refresh(refreshToken))
    this.#probe = answer ?? this.#probe
    return answer !== null
  }

  /** After a fault, with the authority answering again. */
  async check(random: Random): Promise<void> {
    // The repeat of the request whose answer was cut off, and the one after it.
    for (const index of this.#holders.keys()) {
      assert.ok(await this.#refresh(index), 'a held session goes on')
      assert.ok(await this.#refresh(index), 'a held session goes on')
    }
    await this.#checkEnds(random)
    await this.#checkReuse()
    for (const session of this.#forgetful) await this.#checkVoid(session)
    for (const { refreshToken } of this.#joined.splice(0)) {
      assert.equal(await this.#codeOf(refreshToken), 'ok', 'an acknowledged signup is there')
      this.#tally.add('acknowledged signups found again')
    }
    await this.#prepare()
  }

  async #prepare(): Promise<void> {
    while (this.#ready.length < 2) this.#ready.push(await this.#login())
  }

  async #checkEnds(random: Random): Promise<void> {
    const ended = this.#ended.splice(0)
    for (const { refreshToken, accessToken } of ended) {
      assert.equal(await this.#codeOf(refreshToken), 'session_ended')
      assert.equal((await this.#client.profile(accessToken)).status, 401)
      assert.equal(await this.#countEntries(accessToken), 1, 'one end is one entry')
      this.#past.push(refreshToken)
      this.#tally.add('acknowledged logouts still ended')
    }
    if (this.#past.length === 0) return
    assert.equal(await this.#codeOf(random.pick(this.#past)), 'session_ended')
  }

  async #checkReuse(): Promise<void> {
    for (const { first, last } of this.#movedOn.splice(0)) {
      assert.equal(await this.#codeOf(first.refreshToken), 'refresh_reused')
      assert.equal(await this.#codeOf(last.refreshToken), 'session_ended')
      assert.equal((await this.#client.profile(last.accessToken)).status, 401)
      this.#past.push(last.refreshToken)
      this.#tally.add('used refresh tokens refused')
    }
  }

  /**
   * The token whose answer was lost is presented once more. Late, that makes the lost one void:
   * after the next fault it is presented, and must end the session.
   */
  async #checkVoid(session: Forgetful): Promise<void> {
    const { held, lost } = session
    const again = await this.#client.refresh(held.refreshToken)
    assert.equal(again.status, 200, `a client that lost an answer goes on: ${again.body.code}`)
    session.held = again.body
    session.lost = null
    if (lost === null || lost.refreshToken === again.body.refreshToken) return
    assert.equal(await this.#codeOf(lost.refreshToken), 'refresh_reused')
    assert.equal(await this.#codeOf(again.body.refreshToken), 'session_ended')
    this.#tally.add('void refresh tokens refused')
    session.held = await this.#login()
  }

  async #repeat(act: () => Promise<unknown>): Promise<void> {
    while (!this.#stopped) {
      if ((await act()) === null) await sleep(PAUSE_MS)
    }
  }

  async #refresh(index: number): Promise<TokenAnswer | null> {
    const held = this.#holders[index] as TokenAnswer
    const answer = await this.#ask(this.#client.refresh(held.refreshToken))
    if (answer === null) return null
    assert.ok(generationOf(answer) > generationOf(held), 'a session never goes back')
    this.#holders[index] = answer
    this.#tally.add('acknowledged refreshes')
    return answer
  }

  async #comeAndGo(): Promise<TokenAnswer | null> {
    const first =
      this.#ready.pop() ?? (await this.#ask(this.#client.login(this.#address(0), PASSWORD)))
    if (first === null) return null
    const second = await this.#ask(this.#client.refresh(first.refreshToken))
    if (second === null) return null
    const last = await this.#ask(this.#client.refresh(second.refreshToken))
    if (last === null) return null
    this.#visits += 1
    if (this.#visits % 2 === 0) {
      this.#movedOn.push({ first, last })
      return last
    }
    if ((await this.#ask(this.#logout(last))) === null) return null
    this.#ended.push(last)
    return last
  }

  /** By either token, in turns. */
  #logout({ accessToken, refreshToken }: TokenAnswer): Promise<Answer> {
    return this.#ended.length % 2 === 0
      ? this.#client.logout(accessToken)
      : this.#client.call('/logout', { body: { refreshToken } })
  }

  async #join(): Promise<TokenAnswer | null> {
    const joined = await this.#ask(this.#client.signup(this.#address(), PASSWORD))
    if (joined !== null) this.#joined.push(joined)
    return joined
  }

  async #loseAnswer(session: Forgetful): Promise<void> {
    session.lost = await this.#ask(this.#client.refresh(session.held.refreshToken))
  }

  /** The body of a success; null when nobody answered, or 503 said why. */
  async #ask<T>(asked: Promise<Answer<T>>): Promise<T | null> {
    let answer: Answer<T>
    try {
      answer = await asked
    } catch (error) {
      // What `fetch` throws for a connection that broke.
      if (!(error instanceof TypeError)) throw error
      this.#tally.add('requests cut off')
      return null
    }
    const { status, body, headers } = answer
    if (status < 300) {
      this.#acknowledged += 1
      return body
    }
    const { code } = body as { code?: string }
    assert.equal(status, 503, `answered ${status} ${code}`)
    assert.match(String(code), /^(unavailable|overloaded)$/)
    assert.notEqual(headers.get('retry-after'), null)
    this.#tally.add('requests answered 503')
    return null
  }

  async #login(): Promise<TokenAnswer> {
    const { status, body } = await this.#client.login(this.#address(0), PASSWORD)
    assert.equal(status, 200)
    return body
  }

  async #codeOf(refreshToken: string): Promise<string> {
    const { status, body } = await this.#client.refresh(refreshToken)
    assert.ok(status === 200 || status === 401, `answered ${status} ${body.code}`)
    return body.code ?? 'ok'
  }

  async #countEntries(accessToken: string): Promise<number> {
    const { sid } = decode(accessToken).claims
    // The id is base64url: nothing in it needs quoting, and both databases take the same text.
    const [row] = await this.#database.query(
      `select count(*) as entries from revocations where subject_id = '${sid}'`,
    )
    return Number(row?.['entries'])
  }

  #address(person = this.#people++): string {
    return `witness-${person}@example.com`
  }
}

function generationOf({ refreshToken }: TokenAnswer): number {
  return Buffer.from(refreshToken.slice(3), 'base64url').readUInt32BE(16)
}
