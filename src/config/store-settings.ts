import { z } from 'zod'
import { Secret } from '../secret.js'
import { setting, type Setting } from './setting.js'
import { storeAddress } from './store-address.js'
import * as values from './values.js'

/** Keys of 32 bytes in base64, with spaces or line breaks between them, as a file has them. */
const keys = z.string().transform((text, context): readonly Secret[] => {
  const listed = text.split(/\s+/).filter((key) => key !== '')
  const areKeys = listed.every(
    (key) => /^[\w+/-]+=?$/.test(key) && Buffer.from(key, 'base64').byteLength === 32,
  )
  if (listed.length > 0 && areKeys) return listed.map((key) => new Secret(key))
  context.addIssue(
    'must be one or several keys with spaces between them, each of 32 random bytes in base64 (openssl rand -base64 32)',
  )
  return z.NEVER
})

/** What several instances share. */
export const STORE_SETTINGS = {
  STORE_URL: setting({
    description:
      'The Redis or Valkey that all instances of this server share. With it, a token is exchanged once for all of them, and limits count for all of them together. DPoP proofs and consents are good once, whichever instance gets them. redis://host:6379, or rediss:// with TLS; redis+sentinel://host1:26379,host2:26379/name for Sentinel, redis+cluster://host1,host2 for a cluster (rediss+… with TLS). A number behind it names a database: redis://host/1. Needs the package redis, STORE_KEY and INSTANCES. Or STORE_URL_FILE.',
    schema: storeAddress,
    example: 'redis://redis.internal:6379',
    secret: true,
    absent: 'nothing is shared: each instance is by itself',
  }),
  STORE_PASSWORD: setting({
    description:
      'The password of the store, where STORE_URL has none; the user name stands in STORE_URL. Or STORE_PASSWORD_FILE.',
    schema: values.secret,
    example: '…',
    secret: true,
    absent: 'none',
  }),
  STORE_SENTINEL_PASSWORD: setting({
    description:
      'The password of the sentinels of redis+sentinel://, where they have one: it is not that of the store. Or STORE_SENTINEL_PASSWORD_FILE.',
    schema: values.secret,
    example: '…',
    secret: true,
    absent: 'none',
  }),
  STORE_KEY: setting({
    description:
      'Seals what lies in the store: 32 random bytes in base64 (openssl rand -base64 32), the same in all instances. To replace a key, put the new one in front of the old one, with a space between, and remove the old one a day later, or after TOKEN_LIFE_HOURS where that is longer: the first seals, all open. Or STORE_KEY_FILE, with a key on each line.',
    schema: keys,
    example: 'replace-me-by-32-random-bytes-in-base64-0A=',
    secret: true,
    absent: 'none; needed with `STORE_URL`',
  }),
  STORE_PREFIX: setting({
    description:
      'What all keys in the store begin with: another one for each deployment that uses the same store.',
    schema: values.identifier,
    example: 'bookings-mcp:',
    fallback: 'mcp-obo:',
  }),
  STORE_OUTAGE: setting({
    description:
      "What becomes, while the store cannot be had, of that which counts once: DPoP proofs, and users' answers to a question. refuse: it is refused. local: it counts once in each instance, so a stolen proof is good once in each.",
    schema: values.oneOf('refuse', 'local'),
    example: 'local',
    fallback: 'refuse',
  }),
  INSTANCES: setting({
    description:
      'How many instances of this server share the store, at most. While it cannot be had, each lets through its part of each limit that they share.',
    schema: values.integerBetween(1, 1_000),
    example: '3',
    absent: 'none; needed with `STORE_URL`',
  }),
} as const satisfies Record<string, Setting<unknown>>
