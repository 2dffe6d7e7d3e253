import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Secret } from '../secret.js'
import { keyBytes } from '../store/derived-keys.js'
import { systemClock, type Clock } from '../time/clock.js'

/** Names calls whose outcome is unknown, for whoever may repeat them. */
export interface RetryIds {
  /** Gives an id for a key, which `open` takes with the same binding alone. */
  seal(key: string, binding: string): string
  /** The key of an id, or `undefined` for one of another binding, of another server, that is too old, or that is none. */
  open(id: string, binding: string): string | undefined
}

export interface RetryIdOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined
  /** The first seals, all open. Default: a random one, so that an id is good for this set of tools alone. */
  readonly keys?: readonly Secret[] | undefined
}

/** APIs forget keys; after that, a repetition would be another call. Many keep them for a day. */
const LIFE_MS = 60 * 60 * 1_000
const KEY_BYTES = 32
const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
const TIME_BYTES = 6
/** Far more than an id has. */
const MAX_LENGTH = 200

/** Creates ids that hold their key sealed (AES-256-GCM, with the binding as additional data), so that nothing has to be kept. */
export function createRetryIds({ clock = systemClock, keys = [] }: RetryIdOptions = {}): RetryIds {
  const [secret = randomBytes(KEY_BYTES), ...former] = keys.map(keyBytes)
  const secrets = [secret, ...former]
  return {
    seal(key, binding) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(binding))
      const until = Buffer.alloc(TIME_BYTES)
      until.writeUIntBE(clock() + LIFE_MS, 0, TIME_BYTES)
      const sealed = [cipher.update(Buffer.concat([until, Buffer.from(key)])), cipher.final()]
      return Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64url')
    },
    open(id, binding) {
      const bytes = id.length > MAX_LENGTH ? Buffer.alloc(0) : Buffer.from(id, 'base64url')
      const opened = secrets.map((each) => unsealed(bytes, each, binding)).find(Boolean)
      if (opened === undefined || opened.readUIntBE(0, TIME_BYTES) < clock()) return undefined
      return opened.toString('utf8', TIME_BYTES)
    },
  }
}

function unsealed(bytes: Buffer, secret: Uint8Array, binding: string): Buffer | undefined {
  if (bytes.length <= IV_BYTES + TIME_BYTES + TAG_BYTES) return undefined
  const iv = bytes.subarray(0, IV_BYTES)
  const decipher = createDecipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(binding))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
