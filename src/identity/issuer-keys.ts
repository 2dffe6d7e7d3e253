import { isDeepStrictEqual } from 'node:util'
import type { JSONWebKeySet, JWK } from 'jose'
import { z } from 'zod'
import { systemClock, type Clock } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'
import { silentLog, type Log } from '../log.js'
import { CachedDocument } from './cached-document.js'
import { fetchJson, RemoteDocumentError, type Fetch, type FetchJsonOptions } from './fetch-json.js'
import { fetchIssuerMetadata, type IssuerMetadata } from './issuer-metadata.js'

/** Which authorization server `createIssuer` looks at, and how long it keeps what it saw. */
export interface IssuerOptions {
  /** The issuer identifier, byte for byte as tokens carry it in `iss`. */
  readonly issuer: string
  /** Reaches the authorization server. Default: the global `fetch`. */
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly log?: Log
  /** For one document. Default 5000. */
  readonly timeoutMs?: number
  /** Age from which documents are renewed in the background. Default 10 minutes. */
  readonly maxAgeMs?: number
  /** Age up to which they serve through an outage. Default 24 hours. */
  readonly staleAgeMs?: number
  /** Least time between two fetches that unknown key ids can cause. Default 30 seconds. */
  readonly cooldownMs?: number
}

/** One authorization server as seen from here: its metadata and its public keys, kept at hand. */
export interface Issuer {
  readonly issuer: string
  /** The metadata; rejects with `verifier_unavailable`. */
  metadata(): Promise<IssuerMetadata>
  /**
   * A key set that should hold `keyId`; rejects with `verifier_unavailable` when it cannot be had.
   *
   * An unknown key id causes one fetch for all who ask, and none within the cool-down. The returned
   * object is the same as long as the keys are the same. Whether `keyId` is in it is not promised.
   */
  keys(keyId: string | undefined): Promise<JSONWebKeySet>
}

const KEY_SET = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })

/** Creates the view on one authorization server. Fetches nothing until it is asked. */
export function createIssuer(options: IssuerOptions): Issuer {
  const { issuer, log = silentLog, clock = systemClock } = options
  const fetching: FetchJsonOptions = {
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? 5_000,
  }
  const caching = {
    clock,
    maxAgeMs: options.maxAgeMs ?? 10 * 60_000,
    staleAgeMs: options.staleAgeMs ?? 24 * 60 * 60_000,
    cooldownMs: options.cooldownMs ?? 30_000,
  }
  const onFailure = (error: unknown): void => {
    log.event('warn', 'issuer_document_unavailable', { issuer, ...describeFault(error) })
  }
  const metadata = new CachedDocument({
    ...caching,
    load: () => fetchIssuerMetadata(issuer, fetching),
    onFailure,
  })
  let current: JSONWebKeySet | undefined
  const keySet = new CachedDocument({
    ...caching,
    load: async () => {
      const { jwks_uri } = await metadata.get()
      const loaded = await fetchKeySet(jwks_uri, fetching)
      // The same object for the same keys lets verified tokens outlive a renewal.
      current = isDeepStrictEqual(current, loaded) && current !== undefined ? current : loaded
      return current
    },
    onFailure,
  })
  return {
    issuer,
    metadata: () => metadata.get().catch(unavailable),
    keys: async (keyId) => {
      const atHand = await keySet.get().catch(unavailable)
      if (keyId === undefined || hasKey(atHand, keyId)) return atHand
      return keySet.refresh().catch(unavailable)
    },
  }
}

function hasKey(keySet: JSONWebKeySet, keyId: string): boolean {
  return keySet.keys.some((key) => key.kid === keyId)
}

/**
 * Keeps the public signature keys alone: a symmetric key in a key set would let anyone who reads the
 * set sign, and encryption keys verify nothing.
 */
async function fetchKeySet(url: string, options: FetchJsonOptions): Promise<JSONWebKeySet> {
  const parsed = KEY_SET.safeParse(await fetchJson(url, options))
  if (!parsed.success) throw new RemoteDocumentError('invalid', url, { cause: parsed.error })
  const keys = (parsed.data.keys as JWK[]).filter(
    (key) => key.kty !== 'oct' && key.use !== 'enc' && key.d === undefined,
  )
  if (keys.length === 0) {
    throw new RemoteDocumentError('invalid', url, { cause: new Error('no public signature key') })
  }
  return { keys }
}

function unavailable(cause: unknown): never {
  throw new OnBehalfOfError('verifier_unavailable', {
    reason: cause instanceof RemoteDocumentError ? cause.fault : 'unforeseen',
    retryAfterSeconds: 5,
    log: describeFault(cause),
    cause,
  })
}

function describeFault(error: unknown): Record<string, unknown> {
  if (!(error instanceof RemoteDocumentError)) return { fault: 'unforeseen' }
  const why = error.cause instanceof Error ? error.cause.message.slice(0, 500) : undefined
  return { fault: error.fault, url: error.url, status: error.status, why }
}
