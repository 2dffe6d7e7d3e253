import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs'
import { isJsonObject } from '../http/json-object.js'
import { policyFailure } from './policy-failure.js'

/** What Cedar reads out of an object of JSON in place of a record. */
const NOT_OF_A_RECORD = new Set(['__entity', '__extn', '__expr'])
const MAX_DEPTH = 32
/** A call waits for its decision, and so does everybody else: Cedar decides in the event loop. */
const MAX_VALUES = 2_000
const MAX_CHARACTERS = 256 * 1024
/** What a decimal of Cedar has before the point at the most, on the safe side. */
const MAX_DECIMAL = 1e11

/**
 * The arguments of a call as a record of Cedar. Objects are records, lists are sets.
 *
 * - Whole numbers up to ±2^53 are `Long`, others of up to four decimals and below 10^11 are `decimal`; every other number is its text.
 * - `null` is the entity `Null::"null"`.
 *
 * Nothing is left out. Throws `policy_unavailable` (`input_unusable`) for what Cedar cannot be told, or would take for something else:
 * texts that are no Unicode, numbers that are not finite, members named `__entity`, `__extn` and `__expr`, more than 32 levels, 2,000
 * values or 262,144 characters.
 */
export function cedarRecord(args: Readonly<Record<string, unknown>>): CedarRecord {
  return recordOf(args, { values: 0, characters: 0, numberOf: wholeOrDecimal }, 0)
}

/**
 * The same, with each number as a `decimal`, so that rules can compare one that may or may not be whole. A number that is no decimal is
 * its text: a rule that compares it fails, and no call is made.
 */
export function cedarDecimals(args: Readonly<Record<string, unknown>>): CedarRecord {
  return recordOf(args, { values: 0, characters: 0, numberOf: decimalOf }, 0)
}

type CedarRecord = Record<string, CedarValueJson>

/** What has been read so far, and how numbers are read. */
interface Reading {
  values: number
  characters: number
  readonly numberOf: (value: number) => CedarValueJson | undefined
}

function recordOf(
  record: Readonly<Record<string, unknown>>,
  reading: Reading,
  depth: number,
): Record<string, CedarValueJson> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      if (NOT_OF_A_RECORD.has(name)) throw unusable(`a member is named ${name}`)
      return [textOf(name, reading), valueOf(value, reading, depth + 1)]
    }),
  )
}

function valueOf(value: unknown, reading: Reading, depth: number): CedarValueJson {
  reading.values += 1
  if (depth > MAX_DEPTH) throw unusable(`the arguments have more than ${MAX_DEPTH} levels`)
  if (reading.values > MAX_VALUES) throw unusable(`there are more than ${MAX_VALUES} values`)
  if (value === null) return NULL
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return numberOf(value, reading)
  if (typeof value === 'string') return textOf(value, reading)
  if (Array.isArray(value)) return value.map((each) => valueOf(each, reading, depth + 1))
  if (isJsonObject(value)) return recordOf(value, reading, depth)
  throw unusable('an argument is no value of JSON')
}

const NULL: CedarValueJson = { __entity: { type: 'Null', id: 'null' } }

function textOf(text: string, reading: Reading): string {
  reading.characters += text.length
  if (reading.characters > MAX_CHARACTERS) {
    throw unusable(`the arguments have more than ${MAX_CHARACTERS} characters`)
  }
  if (!text.isWellFormed()) throw unusable('a text is no Unicode')
  return text
}

function numberOf(value: number, reading: Reading): CedarValueJson {
  if (!Number.isFinite(value)) throw unusable('an argument is a number out of range')
  return reading.numberOf(value) ?? String(value)
}

function wholeOrDecimal(value: number): CedarValueJson | undefined {
  if (!Number.isSafeInteger(value)) return decimalOf(value)
  // Cedar has no -0.
  return value === 0 ? 0 : value
}

function decimalOf(value: number): CedarValueJson | undefined {
  const [, whole, decimals = '0'] = /^(-?\d+)(?:\.(\d{1,4}))?$/.exec(String(value)) ?? []
  if (whole === undefined || Math.abs(value) >= MAX_DECIMAL) return undefined
  return { __extn: { fn: 'decimal', arg: `${whole}.${decimals}` } }
}

function unusable(why: string): Error {
  return policyFailure('input_unusable', { why })
}
