import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { Faults } from './faults.js'

/** What the record of one call has to say. */
export interface ExpectedRecord {
  readonly tool: string
  /** The subject of the user; absent where no token was verified. */
  readonly subject?: string | undefined
  /** One of these. */
  readonly outcomes: readonly string[]
}

interface CallRecord {
  readonly record: 'tool_call'
  readonly requestId: string
  readonly messageId?: string | number | undefined
  readonly tool: string
  readonly user?: { readonly subject?: string } | undefined
  readonly outcome: string
}

/** Calls of strangers beyond those that have records of their own. */
interface LeftOut {
  readonly record: 'calls_left_out'
  readonly outcome: string
  readonly count: number
}

/**
 * Compares the audit of a server with what was asked of it: one record for each call, of its user and with its outcome, and no other.
 * Of many calls without a verified token in a minute, some are only counted.
 *
 * The file is moved away every time it is read, as a rotation does it; the file that was moved before is read and removed, since the
 * server may still write a batch into the one that was moved just now.
 */
export class AuditCheck {
  readonly faults = new Faults()
  readonly outcomes = new Map<string, number>()
  readonly #path: string
  readonly #expected = new Map<string, ExpectedRecord>()
  readonly #strays = new Map<string, CallRecord>()
  /** By their outcome. */
  readonly #leftOut = new Map<string, number>()
  #moved: string[] = []
  #moves = 0
  records = 0

  constructor(path: string) {
    this.#path = path
  }

  /** `key`: the id of the message, or of the request where the message is not read. */
  expect(key: string, expected: ExpectedRecord): void {
    const stray = this.#strays.get(key)
    this.#strays.delete(key)
    if (stray === undefined) this.#expected.set(key, expected)
    else this.#compare(stray, expected)
  }

  /** For a call of which it turns out that the server never read it. */
  forget(key: string): void {
    this.#expected.delete(key)
  }

  /** Moves the file away and reads what was moved before. */
  async rotate(): Promise<void> {
    const before = this.#moved
    this.#moved = []
    if (existsSync(this.#path)) {
      this.#moves += 1
      const moved = `${this.#path}.${this.#moves}`
      await rename(this.#path, moved)
      this.#moved.push(moved)
    }
    for (const path of before) await this.#read(path)
  }

  /** Reads all that is left, once the server has ended, and counts what does not fit. */
  async readToEnd(): Promise<void> {
    await this.rotate()
    await this.rotate()
    for (const [key, expected] of this.#expected) {
      const { tool, outcomes } = expected
      if (!this.#wasLeftOut(expected))
        this.faults.add('a call without a record', `${key}: ${tool}, ${outcomes.join(' or ')}`)
    }
    for (const [outcome, count] of this.#leftOut) {
      if (count > 0) this.faults.add('calls left out that nobody made', `${count} ${outcome}`)
    }
    for (const record of this.#strays.values()) {
      this.faults.add('a record without a call', JSON.stringify(record))
    }
  }

  async #read(path: string): Promise<void> {
    const lines = (await readFile(path, 'utf8')).split('\n')
    if (lines.pop() !== '') this.faults.add('a record in part', path)
    for (const line of lines) this.#take(line)
    await rm(path)
  }

  #take(line: string): void {
    this.records += 1
    const record = JSON.parse(line) as CallRecord | LeftOut
    const { outcome } = record
    const calls = record.record === 'tool_call' ? 1 : record.count
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + calls)
    if (record.record === 'tool_call') this.#takeCall(record)
    else this.#leftOut.set(outcome, (this.#leftOut.get(outcome) ?? 0) + calls)
  }

  #takeCall(record: CallRecord): void {
    const { messageId, requestId } = record
    const key = typeof messageId === 'string' ? messageId : requestId
    const expected = this.#expected.get(key)
    if (expected === undefined) {
      this.#strays.set(key, record)
      return
    }
    this.#expected.delete(key)
    this.#compare(record, expected)
  }

  #wasLeftOut({ subject, outcomes }: ExpectedRecord): boolean {
    const [outcome = ''] = outcomes
    const left = this.#leftOut.get(outcome) ?? 0
    if (subject !== undefined || left === 0) return false
    this.#leftOut.set(outcome, left - 1)
    return true
  }

  #compare(record: CallRecord, { tool, subject, outcomes }: ExpectedRecord): void {
    const { outcome, user } = record
    if (record.tool === tool && user?.subject === subject && outcomes.includes(outcome)) return
    const wanted = `${tool}, ${subject ?? 'nobody'}, ${outcomes.join(' or ')}`
    this.faults.add(
      'a record that is wrong',
      `${wanted}, but ${outcome}: ${JSON.stringify(record)}`,
    )
  }
}
