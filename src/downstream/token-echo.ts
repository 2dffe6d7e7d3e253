import type { Secret } from '../secret.js'
import { escapedEnd, hasEscapes, unescaped } from './unescaped.js'

/** A shorter text may stand anywhere by chance; tokens are longer. */
const MIN_LENGTH = 8
/** Of a token with characters that encoders write in many ways, the longest part without any is looked for. */
const MIN_RUN = 16
/** Of a character in its longest form: an escape of JSON whose backslash is escaped three times. */
const MAX_ESCAPE = 16

/**
 * Watches what an API answers for the tokens that it was sent: as they are, in base64, and escaped (JSON, URLs, HTML), also
 * where the escapes are escaped themselves.
 */
export class TokenEcho {
  readonly #tokens: readonly string[]
  /** What is shorter holds no token in any of its forms. */
  readonly #shortest: number
  #needles: readonly Buffer[] | undefined
  #held: Buffer = Buffer.alloc(0)

  constructor(tokens: readonly Secret[]) {
    this.#tokens = tokens
      .map((token) => token.reveal())
      .filter(({ length }) => length >= MIN_LENGTH)
    this.#shortest = Math.min(...this.#tokens.map(shortestForm))
  }

  /** Whether a whole text holds a token. */
  isIn(text: string | Buffer): boolean {
    return this.#holds(typeof text === 'string' ? Buffer.from(text) : text)
  }

  /**
   * Takes the next bytes of a stream. Gives those that can be passed on: all but the last, where a token may begin.
   * `undefined` where there is a token.
   */
  next(chunk: Uint8Array): Uint8Array | undefined {
    const seen = Buffer.concat([this.#held, chunk])
    if (this.#holds(seen)) return undefined
    const longest = Math.max(0, ...this.#forms().map(({ length }) => length))
    const kept = Math.max(
      escapedEnd(seen, longest * MAX_ESCAPE),
      ...this.#forms().map((needle) => begun(seen, needle)),
    )
    this.#held = seen.subarray(seen.length - kept)
    return seen.subarray(0, seen.length - kept)
  }

  /** The bytes that were held back, where no more will come. */
  end(): Uint8Array {
    const rest = this.#held
    this.#held = Buffer.alloc(0)
    return rest
  }

  #holds(bytes: Buffer): boolean {
    if (bytes.length < this.#shortest) return false
    if (this.#forms().some((needle) => bytes.includes(needle))) return true
    if (!hasEscapes(bytes)) return false
    const text = Buffer.from(unescaped(bytes.toString('latin1')), 'latin1')
    return this.#forms().some((needle) => text.includes(needle))
  }

  /** Made where they are needed: most answers are shorter than a token. */
  #forms(): readonly Buffer[] {
    this.#needles ??= this.#tokens.flatMap(needlesOf).map((needle) => Buffer.from(needle))
    return this.#needles
  }
}

/** No form of a token is shorter: base64 without its ends can lack two characters of the token's length. */
function shortestForm(token: string): number {
  const { length } = longestRun(token)
  return (length >= MIN_RUN ? length : token.length) - 2
}

/** The longest part that no encoder escapes. */
function longestRun(token: string): string {
  const [run = ''] = (token.match(/[\w.-]+/g) ?? []).sort((a, b) => b.length - a.length)
  return run
}

function needlesOf(token: string): readonly string[] {
  const run = longestRun(token)
  return [token, ...(run.length >= MIN_RUN ? [run] : []), ...inBase64(token)]
}

/** Base64 depends on where in its triples a text begins; the characters at both ends, on what stands beside it. */
function inBase64(token: string): readonly string[] {
  const standard = [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(token)])
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64')
    return offset === 0 ? whole : whole.slice(4)
  })
  const urlSafe = standard.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([...standard, ...urlSafe])]
}

/** How many of the last bytes are the beginning of `needle`. */
function begun(bytes: Buffer, needle: Buffer): number {
  const [first = 0] = needle
  let at = bytes.indexOf(first, Math.max(0, bytes.length - needle.length + 1))
  while (at !== -1) {
    const length = bytes.length - at
    if (bytes.subarray(at).equals(needle.subarray(0, length))) return length
    at = bytes.indexOf(first, at + 1)
  }
  return 0
}
