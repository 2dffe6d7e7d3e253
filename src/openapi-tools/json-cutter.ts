const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Lists deeper than this are not cut. */
const MAX_LIST_DEPTH = 4

/** An open list or object near the root. */
interface Frame {
  readonly isList: boolean
  /** Elements that have begun. */
  count: number
  /** Those that are whole in what is kept. */
  kept: number
  /** Length of what is kept behind the last of those. */
  boundary: number
  /** Whether an element has begun since the last comma. */
  inside: boolean
}

/** A list of which some elements were left out. */
export interface CutList {
  readonly kept: number
  readonly total: number
}

/**
 * Keeps the beginning of a JSON text, byte for byte, and cuts lists at an element where the whole would be too long: what is
 * kept is JSON if the whole is. Reads once, and keeps no more than `maxBytes`.
 */
export class JsonCutter {
  readonly cuts: CutList[] = []
  /** Whether something had to be cut elsewhere than at an element. */
  broken = false
  readonly #out: Uint8Array
  readonly #limit: number
  #soft: number
  #length = 0
  #depth = 0
  readonly #frames: Frame[] = []
  #inText = false
  #escaped = false
  /** The list whose further elements are left out, and its depth. */
  #skipped: { readonly frame: Frame; readonly depth: number } | undefined

  constructor(maxBytes: number) {
    this.#limit = maxBytes
    // Behind this no element counts as kept: what follows a list that was cut needs room too.
    this.#soft = Math.floor(maxBytes * 0.9)
    this.#out = new Uint8Array(maxBytes)
  }

  get cut(): boolean {
    return this.broken || this.cuts.length > 0
  }

  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.#track(byte)
  }

  /** What is kept. */
  end(): Uint8Array {
    if (this.#skipped !== undefined) this.#endSkip()
    return this.#out.subarray(0, this.#length)
  }

  #track(byte: number): void {
    if (this.#inText) {
      this.#keep(byte)
      if (this.#escaped) this.#escaped = false
      else if (byte === BACKSLASH) this.#escaped = true
      else if (byte === QUOTE) this.#inText = false
      return
    }
    if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.#close(byte)
      return
    }
    if (byte === COMMA) {
      this.#elementEnds()
      this.#keep(byte)
      return
    }
    if (byte > 0x20) this.#elementBegins()
    if (byte === QUOTE) this.#inText = true
    const opens = byte === OPEN_LIST || byte === OPEN_OBJECT
    this.#keep(byte)
    if (opens) this.#open(byte === OPEN_LIST)
  }

  #open(isList: boolean): void {
    this.#depth += 1
    if (this.#depth > MAX_LIST_DEPTH) return
    this.#frames.push({ isList, count: 0, kept: 0, boundary: this.#length, inside: false })
  }

  #close(byte: number): void {
    this.#elementEnds()
    if (this.#skipped === undefined && this.#length >= this.#limit) this.#cutHere()
    if (this.#skipped?.depth === this.#depth) this.#endSkip()
    if (this.#depth <= MAX_LIST_DEPTH) this.#frames.pop()
    this.#depth = Math.max(0, this.#depth - 1)
    this.#keep(byte)
  }

  #current(): Frame | undefined {
    return this.#depth <= MAX_LIST_DEPTH ? this.#frames.at(-1) : undefined
  }

  #elementBegins(): void {
    const frame = this.#current()
    if (frame === undefined || frame.inside) return
    frame.inside = true
    frame.count += 1
  }

  #elementEnds(): void {
    const frame = this.#current()
    if (frame?.inside !== true) return
    frame.inside = false
    if (this.#skipped !== undefined || this.broken || this.#length > this.#soft) return
    frame.kept = frame.count
    frame.boundary = this.#length
  }

  #keep(byte: number): void {
    if (this.#skipped !== undefined || this.broken) return
    if (this.#length >= this.#limit) {
      if (!this.#cutHere()) this.broken = true
      return
    }
    this.#out[this.#length] = byte
    this.#length += 1
  }

  /** Leaves out the rest of a list: the outermost open list that keeps an element, else the innermost open one. */
  #cutHere(): boolean {
    const lists = this.#frames
      .map((frame, index) => ({ frame, depth: index + 1 }))
      .filter(({ frame }) => frame.isList)
    const found = lists.find(({ frame }) => frame.kept > 0) ?? lists.at(-1)
    if (found === undefined || this.broken) return false
    this.#length = found.frame.boundary
    this.#skipped = found
    return true
  }

  #endSkip(): void {
    const frame = this.#skipped?.frame
    this.#skipped = undefined
    if (frame === undefined) return
    this.cuts.push({ kept: frame.kept, total: frame.count })
    this.#soft = Math.floor(this.#limit * 0.97)
  }
}
