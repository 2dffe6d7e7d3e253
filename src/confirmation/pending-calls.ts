import { createHash, randomBytes } from 'node:crypto'
import type { Complete } from '../options/complete.js'
import { CallDeadline } from '../time/call-deadline.js'
import type { Clock } from '../time/clock.js'
import type { SignedInToken } from '../revocation/signed-out.js'
import { untilAborted } from '../time/until-aborted.js'

/** A call that a person has to approve on a page. */
export interface PendingCall {
  /** Unguessable: 256 random bits, in base64url. */
  readonly id: string
  /** Whose call it is, by `userKeyOf`. */
  readonly user: string
  /** With which token it was asked for: it waits for as long as that counts. Absent: until it expires. */
  readonly asker?: SignedInToken | undefined
  readonly tool: string
  /** What the person reads, by `questionOf`. */
  readonly question: string
  /** The client's id in the user's token, and the name that it gives itself. */
  readonly client: { readonly id: string; readonly name?: string | undefined }
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
  readonly state: 'waiting' | 'approved' | 'declined'
}

/** A call that is to be approved, and all that its approval is for as one text. */
export interface AskedOnPage extends Pick<
  PendingCall,
  'user' | 'asker' | 'tool' | 'question' | 'client'
> {
  readonly subject: string
}

/** What a person has said to a call. `approved`: it counts for the one who takes it here. */
export type Taken =
  | { readonly kind: 'waiting'; readonly call: PendingCall }
  | { readonly kind: 'declined' }
  | { readonly kind: 'approved'; readonly giveBack: () => void }

/** How many calls wait, and how long. */
export interface PendingCallsOptions {
  readonly lifetimeMs: number
  readonly clock: Clock
  /** Default 20. */
  readonly maxPerUser?: number | undefined
  /** Default 10000. */
  readonly max?: number | undefined
  /** Of all questions together, which are kept until the calls expire. Default 16 Mi. */
  readonly maxCharacters?: number | undefined
}

interface Entry {
  call: PendingCall
  readonly subject: string
  /** Settles with the answer, where a request waits for it. */
  answered?: Promise<void>
  wake?: () => void
}

const ID_BYTES = 32
const ID = /^[\w-]{43}$/
const SWEEP_MS = 1_000

/**
 * Calls that wait for a person, in the memory of this process. A call that is asked about again keeps its id. Each answer counts
 * once. Closed when full.
 */
export class PendingCalls {
  readonly #options: Complete<PendingCallsOptions>
  readonly #byId = new Map<string, Entry>()
  readonly #bySubject = new Map<string, Entry>()
  readonly #perUser = new Map<string, number>()
  #characters = 0
  #sweptAtMs = 0

  constructor({ lifetimeMs, clock, ...limits }: PendingCallsOptions) {
    const { maxPerUser = 20, max = 10_000, maxCharacters = 16 * 1024 * 1024 } = limits
    this.#options = { lifetimeMs, clock, maxPerUser, max, maxCharacters }
  }

  /** Whether a text has the form of an id. Says nothing about whether there is such a call. */
  static isId(text: string): boolean {
    return ID.test(text)
  }

  /**
   * What was said to a call with this subject; one that nobody has been asked about waits from now on. An approval, or a refusal,
   * is gone afterwards. `full`: no more can wait.
   */
  take(asked: AskedOnPage): Taken | 'full' {
    const subject = subjectDigest(asked.subject)
    const known = this.#current(this.#bySubject.get(subject))
    if (known === undefined) return this.#opened(asked, subject)
    if (known.call.state === 'waiting') return { kind: 'waiting', call: known.call }
    this.#forget(known)
    if (known.call.state === 'declined') return { kind: 'declined' }
    return {
      kind: 'approved',
      giveBack: () => {
        this.#restore(known)
      },
    }
  }

  /** Whether a call with this subject waits, or what was said to it has not been taken. */
  has(subject: string): boolean {
    return this.#current(this.#bySubject.get(subjectDigest(subject))) !== undefined
  }

  /** The call of an id, if it has not expired, and nobody has taken its answer. */
  find(id: string): PendingCall | undefined {
    return this.#current(this.#byId.get(id))?.call
  }

  /** Answers a call that waits; an approval counts for another lifetime. `false`: it does not wait any more. */
  decide(id: string, state: 'approved' | 'declined'): boolean {
    const entry = this.#current(this.#byId.get(id))
    if (entry?.call.state !== 'waiting') return false
    const { clock, lifetimeMs } = this.#options
    entry.call = { ...entry.call, state, expiresAtMs: clock() + lifetimeMs }
    entry.wake?.()
    return true
  }

  /**
   * Waits until a call is answered: `false` where that has not happened when its time is over, or when `signal` aborts. Somebody else
   * may take the answer first.
   */
  async decided(id: string, signal: AbortSignal): Promise<boolean> {
    const entry = this.#current(this.#byId.get(id))
    if (entry?.call.state !== 'waiting') return true
    const leftMs = Math.max(1, entry.call.expiresAtMs - this.#options.clock())
    const deadline = new CallDeadline(leftMs, signal)
    entry.answered ??= new Promise((resolve) => (entry.wake = resolve))
    try {
      await untilAborted(entry.answered, deadline.signal, unanswered)
      return true
    } catch {
      return false
    } finally {
      deadline.end()
    }
  }

  #opened(asked: AskedOnPage, subject: string): Taken | 'full' {
    const { user, asker, tool, question, client } = asked
    if (!this.#hasRoom(user, question.length)) return 'full'
    const { clock, lifetimeMs } = this.#options
    const call: PendingCall = {
      id: randomBytes(ID_BYTES).toString('base64url'),
      ...{
        user,
        asker,
        tool,
        question,
        client,
        state: 'waiting',
        expiresAtMs: clock() + lifetimeMs,
      },
    }
    this.#keep({ call, subject })
    return { kind: 'waiting', call }
  }

  #hasRoom(user: string, characters: number): boolean {
    if (this.#fits(user, characters)) return true
    this.#forgetExpired(user)
    return this.#fits(user, characters)
  }

  #fits(user: string, characters: number): boolean {
    const { maxPerUser, max, maxCharacters } = this.#options
    return (
      (this.#perUser.get(user) ?? 0) < maxPerUser &&
      this.#byId.size < max &&
      this.#characters + characters <= maxCharacters
    )
  }

  /** At most once a second: a full memory must not cost every call a walk through all of it. */
  #forgetExpired(user: string): void {
    const nowMs = this.#options.clock()
    const isFullForUser = (this.#perUser.get(user) ?? 0) >= this.#options.maxPerUser
    if (!isFullForUser && Math.abs(nowMs - this.#sweptAtMs) < SWEEP_MS) return
    this.#sweptAtMs = nowMs
    for (const entry of [...this.#byId.values()]) this.#current(entry)
  }

  #current(entry: Entry | undefined): Entry | undefined {
    if (entry === undefined || this.#options.clock() < entry.call.expiresAtMs) return entry
    this.#forget(entry)
    return undefined
  }

  #keep(entry: Entry): void {
    const { id, user, question } = entry.call
    this.#byId.set(id, entry)
    this.#bySubject.set(entry.subject, entry)
    this.#perUser.set(user, (this.#perUser.get(user) ?? 0) + 1)
    this.#characters += question.length
  }

  #forget(entry: Entry): void {
    const { id, user, question } = entry.call
    if (!this.#byId.delete(id)) return
    this.#bySubject.delete(entry.subject)
    const left = (this.#perUser.get(user) ?? 0) - 1
    if (left > 0) this.#perUser.set(user, left)
    else this.#perUser.delete(user)
    this.#characters -= question.length
  }

  /** Where the same call is being asked about anew, that question stands. */
  #restore(entry: Entry): void {
    const { user, question } = entry.call
    if (this.#bySubject.has(entry.subject) || this.#byId.has(entry.call.id)) return
    if (this.#hasRoom(user, question.length)) this.#keep(entry)
  }
}

function unanswered(): Error {
  return new Error('nobody has answered')
}

/** What is kept of a subject, which may be long. */
export function subjectDigest(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url')
}
