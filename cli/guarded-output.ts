import type { Secret } from '../src/secret.js'
import type { CommandIo } from './io.js'

export interface GuardedIo extends CommandIo {
  /** Declares a secret: from now on no output holds it. Returns it. */
  readonly keep: (secret: Secret) => Secret
}

/** Shorter ones are no secrets of a tenant, and cutting them out would garble ordinary words. */
const LEAST_LENGTH = 8
// Header, claims and a signature: a JWT that somebody could use.
const TOKEN = /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}/g

/**
 * Wraps an `io` so that no declared secret and no JWT can be written, whatever else goes wrong.
 *
 * The second line of defence: commands do not write secrets in the first place. Secrets of fewer than eight
 * characters are not looked for.
 */
export function guardOutput(io: CommandIo): GuardedIo {
  const kept = new Set<string>()
  const cut = (text: string): string =>
    [...kept]
      .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
      .replace(TOKEN, '[redacted]')
  return {
    ...io,
    write: (text) => {
      io.write(cut(text))
    },
    writeError: (text) => {
      io.writeError(cut(text))
    },
    keep: (secret) => {
      const value = secret.reveal()
      if (value.length >= LEAST_LENGTH) {
        const inJson = JSON.stringify(value).slice(1, -1)
        for (const form of [value, encodeURIComponent(value), inJson]) kept.add(form)
      }
      return secret
    },
  }
}
