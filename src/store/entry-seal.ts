import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Secret } from '../secret.js'
import { keyBytes } from './derived-keys.js'

/** What an entry is sealed for: it opens for nothing else. */
export interface SealedFor {
  /** Under which it lies, or what else it is for. */
  readonly key: string
  /**
   * What only those have who may open it, such as the token that was exchanged. Not in the store. Default: none, and the master key
   * opens it.
   */
  readonly secret?: Secret | undefined
}

const VERSION = 1
const KEY_ID_BYTES = 8
const IV_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + KEY_ID_BYTES + IV_BYTES

interface MasterKey {
  readonly id: Buffer
  readonly bytes: Buffer
}

/**
 * Seals what is kept in a store that others can read.
 *
 * AES-256-GCM. The key of each entry is derived (HKDF-SHA-256, RFC 5869) from a master key, the key under which it lies and a
 * secret of its own, so that the store and the master key together open nothing without that secret. Version, key id and key are
 * authenticated too: an entry that was moved, or changed in any bit, does not open.
 */
export class EntrySeal {
  readonly #first: MasterKey
  readonly #keys: readonly MasterKey[]

  /** The first key seals, all open. Throws where there is none. */
  constructor(keys: readonly Secret[]) {
    this.#keys = keys.map(masterKey)
    const [first] = this.#keys
    if (first === undefined) throw new TypeError('there is no key to seal with')
    this.#first = first
  }

  seal(text: string, place: SealedFor): Uint8Array {
    const key = this.#first
    const iv = randomBytes(IV_BYTES)
    const head = Buffer.concat([Buffer.of(VERSION), key.id, iv])
    const cipher = createCipheriv('aes-256-gcm', entryKey(key, place), iv, {
      authTagLength: TAG_BYTES,
    })
    cipher.setAAD(authenticated(head, place))
    return Buffer.concat([head, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  }

  /** What was sealed for this very place; `undefined` for anything else. */
  open(sealed: Uint8Array, place: SealedFor): string | undefined {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
    if (bytes.length < HEAD_BYTES + TAG_BYTES || bytes[0] !== VERSION) return undefined
    const key = this.#keys.find(({ id }) => id.equals(bytes.subarray(1, 1 + KEY_ID_BYTES)))
    if (key === undefined) return undefined
    const head = bytes.subarray(0, HEAD_BYTES)
    const iv = head.subarray(1 + KEY_ID_BYTES)
    // Without a length, Node takes a tag that was cut to four bytes.
    const decipher = createDecipheriv('aes-256-gcm', entryKey(key, place), iv, {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(authenticated(head, place))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const text = decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString()
    } catch {
      return undefined
    }
  }
}

function masterKey(secret: Secret): MasterKey {
  const bytes = keyBytes(secret)
  return {
    bytes,
    id: createHash('sha256').update('key id').update(bytes).digest().subarray(0, KEY_ID_BYTES),
  }
}

/** The secret goes in as its digest: Node's HKDF takes no more than 1,024 bytes of `info`. */
function entryKey(master: MasterKey, { key, secret }: SealedFor): Buffer {
  const info = secret === undefined ? '' : keyBytes(secret)
  return Buffer.from(hkdfSync('sha256', master.bytes, key, info, 32))
}

/** All but the nonce, which the tag covers anyway. */
function authenticated(head: Buffer, { key }: SealedFor): Buffer {
  return Buffer.concat([head.subarray(0, 1 + KEY_ID_BYTES), Buffer.from(key)])
}
