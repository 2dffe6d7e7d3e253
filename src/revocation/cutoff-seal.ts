import type { Secret } from '../secret.js'
import { derivedKeys } from '../store/derived-keys.js'
import { EntrySeal } from '../store/entry-seal.js'

/** A cutoff that another instance has set. */
export interface ToldCutoff {
  readonly key: string
  /** Epoch seconds. */
  readonly seconds: number
}

const MESSAGE = /^(\d{1,12}) (r:[\w-]{43})$/
const SECONDS = /^\d{1,12}$/
/** No text of ours is as long. */
const MAX_CHARACTERS = 256

/**
 * Seals cutoffs for the store and its channel (AES-256-GCM, as `EntrySeal`): who can write into the store, and has no key, can sign nobody
 * out. A value counts under its own key alone, and a message on its channel.
 */
export class CutoffSeal {
  readonly #seal: EntrySeal
  readonly #channel: string

  /** The first key seals, all open. */
  constructor(keys: readonly Secret[], channel: string) {
    this.#seal = new EntrySeal(derivedKeys(keys, 'sign-outs'))
    this.#channel = channel
  }

  /** What lies in the store under a key. */
  value({ key, seconds }: ToldCutoff): string {
    return this.#sealed(String(seconds), key)
  }

  /** The cutoff in a value; `undefined`: it was sealed with another key, for another place, or by nobody. */
  openValue(key: string, text: string): number | undefined {
    const opened = this.#opened(text, key)
    return opened !== undefined && SECONDS.test(opened) ? Number(opened) : undefined
  }

  /** What the other instances are told. */
  message({ key, seconds }: ToldCutoff): string {
    return this.#sealed(`${seconds} ${key}`, this.#channel)
  }

  /** As `openValue`. */
  openMessage(text: string): ToldCutoff | undefined {
    const [, seconds, key] = MESSAGE.exec(this.#opened(text, this.#channel) ?? '') ?? []
    return key === undefined ? undefined : { key, seconds: Number(seconds) }
  }

  #sealed(text: string, place: string): string {
    return Buffer.from(this.#seal.seal(text, { key: place })).toString('base64url')
  }

  #opened(text: string, place: string): string | undefined {
    if (text.length > MAX_CHARACTERS) return undefined
    return this.#seal.open(Buffer.from(text, 'base64url'), { key: place })
  }
}
