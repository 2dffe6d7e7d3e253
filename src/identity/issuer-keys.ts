import { z } from 'zod'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { isDeepStrictEqual } from 'node:util'
import type { JSONWebKeySet } from 'jose'
import { systemClock, type Clock } from '../time/clock.js'
import { innermostCause } from '../logging/describe-error.js'
import { OUTAGE_RETRY_SECONDS } from '../failures/outage-retry.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { logEvent } from '../logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { scrubUrl } from '../logging/scrub.js'
import { Allowance } from '../http/allowance.js'
import { CachedDocument } from '../http/cached-document.js'
import {
  fetchJson,
  RemoteDocumentError,
  type Fetch,
  type FetchJsonOptions,
} from '../http/fetch-json.js'
import { withIssues } from '../options/with-issues.js'
import { documentUrlIssues, TEMPLATE_ISSUER } from './issuer-options.js'
import { fetchIssuerMetadata, isTemplate, type IssuerMetadata } from './issuer-metadata.js'
import { readKeySet } from './key-set.js'

/** Which authorization server `createIssuer` looks at, and how long it keeps what it saw. */
export interface IssuerOptions {
  /** The issuer identifier, byte for byte as tokens carry it in `iss`. */
  readonly issuer: string
  /** Where the metadata is, if not where the specifications say. It must name `issuer` all the same. */
  readonly metadataUrl?: string | undefined
  /** Where the keys are; takes the place of the metadata's `jwks_uri`, and the metadata is not needed for them. */
  readonly jwksUrl?: string | undefined
  /** Accept documents and endpoints over plain http on any host, for closed test networks. Default false. */
  readonly dangerouslyAllowHttp?: boolean | undefined
  /** Reaches the authorization server. Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined
  readonly clock?: Clock | undefined
  readonly log?: Logger | undefined
  /** For one document, wherever it is looked for. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Age from which documents are renewed in the background. Default 10 minutes. */
  readonly maxAgeMs?: number | undefined
  /** Age up to which they serve through an outage. Default 24 hours. */
  readonly keysStaleMs?: number | undefined
  /**
   * Least time between two fetches that unknown key ids can cause, and between two that failed signatures can
   * cause, once the first ten have been made. Default 30 seconds.
   */
  readonly cooldownMs?: number | undefined
}

/** What is known of the token for which keys are looked up. */
export interface KeyLookup {
  /** The token's own `iat`, unverified: keys that were loaded long after it are the last word on an unknown key id. */
  readonly issuedAtSeconds?: unknown
  /** The key set with which the token's signature has failed: another one is looked for. */
  readonly tried?: JSONWebKeySet | undefined
}

/**
 * One authorization server: its metadata and its public keys, cached.
 *
 * @category Verification of tokens
 */
export interface Issuer {
  readonly issuer: string
  /** The metadata; rejects with `verifier_unavailable`. */
  metadata(): Promise<IssuerMetadata>
  /**
   * Resolves with a key set that should hold `keyId`; rejects with `verifier_unavailable` when no key set is
   * available.
   *
   * An unknown key id causes one fetch for all callers, and so does a set that was `tried`: at most ten at once, then
   * one per cool-down. The object stays the same while the keys do. It need not contain `keyId`.
   */
  keys(keyId: string | undefined, lookup?: KeyLookup): Promise<JSONWebKeySet>
}

/** How long what was seen serves through an outage where nothing else is said. */
export const ISSUER_DEFAULTS = { keysStaleMs: 24 * 60 * 60_000 } as const

const ISSUER = 'must be an issuer identifier, e.g. https://example.eu.auth0.com/'

const OPTIONS = withIssues(
  optionsSchema<IssuerOptions>({
    issuer: z
      .string(ISSUER)
      .regex(/^https?:\/\/./, ISSUER)
      .refine((issuer) => !isTemplate(issuer), TEMPLATE_ISSUER),
    metadataUrl: z.string('must be a URL').optional(),
    jwksUrl: z.string('must be a URL').optional(),
    dangerouslyAllowHttp: optionValues.flag.optional(),
    fetch: optionValues.callable.optional(),
    clock: optionValues.callable.optional(),
    log: LOGGER_OPTION.optional(),
    timeoutMs: optionValues.milliseconds.optional(),
    maxAgeMs: optionValues.whole.optional(),
    keysStaleMs: optionValues.whole.optional(),
    cooldownMs: optionValues.whole.optional(),
  }),
  documentUrlIssues,
)

const REFRESHES_AT_ONCE = 10

/**
 * Creates the view on one authorization server. Fetches nothing until it is asked.
 *
 * Throws a `TypeError` for an issuer that is a template for many tenants, and for addresses that are not secure.
 *
 * @category Verification of tokens
 */
export function createIssuer(options: IssuerOptions): Issuer {
  assertOptions('createIssuer', OPTIONS, options)
  return new RemoteIssuer(options)
}

class RemoteIssuer implements Issuer {
  readonly issuer: string
  readonly #maxAgeMs: number
  readonly #metadata: CachedDocument<IssuerMetadata>
  readonly #keySet: CachedDocument<JSONWebKeySet>
  /** One for each, so that forged signatures do not use up what a rotated key needs. */
  readonly #forUnknownKeyIds: Allowance
  readonly #forFailedSignatures: Allowance

  constructor(options: IssuerOptions) {
    const { issuer, log = silentLog, clock = systemClock, cooldownMs = 30_000 } = options
    this.issuer = issuer
    this.#maxAgeMs = options.maxAgeMs ?? 10 * 60_000
    const caching = {
      clock,
      cooldownMs,
      maxAgeMs: this.#maxAgeMs,
      staleAgeMs: options.keysStaleMs ?? ISSUER_DEFAULTS.keysStaleMs,
      onFailure: (error: unknown): void => {
        logEvent(log, 'warn', {
          event: 'issuer_document_unavailable',
          issuer,
          ...describeDocumentError(error),
        })
      },
    }
    const fetching = fetchingFor(options)
    this.#metadata = new CachedDocument({
      ...caching,
      load: () =>
        fetchIssuerMetadata(issuer, {
          ...fetching,
          metadataUrl: options.metadataUrl,
          ignoreKeys: options.jwksUrl !== undefined,
          dangerouslyAllowHttp: options.dangerouslyAllowHttp,
        }),
    })
    this.#keySet = new CachedDocument({
      ...caching,
      load: keySetLoader(
        async () => options.jwksUrl ?? (await this.#metadata.get()).jwks_uri,
        fetching,
      ),
      // A set without usable keys has withdrawn the old ones.
      endsCopy: (error) => error instanceof NoUsableKeyError,
    })
    const allowance = { clock, burst: REFRESHES_AT_ONCE, refillMs: cooldownMs }
    this.#forUnknownKeyIds = new Allowance(allowance)
    this.#forFailedSignatures = new Allowance(allowance)
  }

  metadata(): Promise<IssuerMetadata> {
    return this.#metadata.get().catch(unavailable)
  }

  async keys(keyId: string | undefined, lookup: KeyLookup = {}): Promise<JSONWebKeySet> {
    const atHand = await this.#keySet.get().catch(unavailable)
    const { tried, issuedAtSeconds } = lookup
    if (tried !== undefined) return atHand === tried ? this.#otherThan(tried) : atHand
    if (keyId === undefined || atHand.keys.some(({ kid }) => kid === keyId)) return atHand
    const renewed = await this.#keySet.refresh(this.#forUnknownKeyIds).catch(unavailable)
    if (renewed !== undefined) return renewed
    if (this.#loadedLongAfter(issuedAtSeconds)) return atHand
    throw new OnBehalfOfError('verifier_unavailable', {
      reason: 'key_lookups_used_up',
      retryAfterSeconds: Math.max(1, Math.ceil(this.#forUnknownKeyIds.waitMs() / 1_000)),
    })
  }

  /** The signature has failed with a cached key, so an outage does not change the verdict. */
  async #otherThan(tried: JSONWebKeySet): Promise<JSONWebKeySet> {
    const renewed = await this.#keySet.refresh(this.#forFailedSignatures).catch(() => undefined)
    return renewed ?? tried
  }

  /** Issuers publish a key before they sign with it, and caches in between keep key sets for minutes. */
  #loadedLongAfter(issuedAtSeconds: unknown): boolean {
    if (typeof issuedAtSeconds !== 'number') return false
    return this.#keySet.loadedAt - issuedAtSeconds * 1_000 >= this.#maxAgeMs
  }
}

function fetchingFor({ fetch, timeoutMs }: IssuerOptions): FetchJsonOptions {
  return { fetch: fetch ?? globalThis.fetch, timeoutMs: timeoutMs ?? 5_000 }
}

function keySetLoader(
  locate: () => Promise<string | undefined>,
  fetching: FetchJsonOptions,
): () => Promise<JSONWebKeySet> {
  let current: JSONWebKeySet | undefined
  return async () => {
    const url = await locate()
    if (url === undefined) throw new TypeError('the metadata has no jwks_uri')
    const loaded = await fetchKeySet(url, fetching)
    // The same object for the same keys lets verified tokens outlive a renewal.
    current = current !== undefined && isDeepStrictEqual(current, loaded) ? current : loaded
    return current
  }
}

/** A key set was published, and we can use no key in it. */
class NoUsableKeyError extends RemoteDocumentError {
  constructor(url: string, skipped: readonly string[]) {
    const why =
      skipped.length === 0 ? 'there is none' : `skipped: ${[...new Set(skipped)].join(', ')}`
    super('invalid', url, { why: `no public signature key (${why})` })
  }
}

async function fetchKeySet(url: string, options: FetchJsonOptions): Promise<JSONWebKeySet> {
  const read = readKeySet(await fetchJson(url, options))
  if (read === undefined) {
    throw new RemoteDocumentError('invalid', url, { why: 'not a JSON key set' })
  }
  if (read.keySet.keys.length === 0) throw new NoUsableKeyError(url, read.skipped)
  return read.keySet
}

function unavailable(cause: unknown): never {
  throw new OnBehalfOfError('verifier_unavailable', {
    reason: cause instanceof RemoteDocumentError ? cause.reason : 'unforeseen',
    retryAfterSeconds: OUTAGE_RETRY_SECONDS,
    log: describeDocumentError(cause),
    cause,
  })
}

function describeDocumentError(error: unknown): Record<string, unknown> {
  if (!(error instanceof RemoteDocumentError)) return { reason: 'unforeseen' }
  const { reason, url, status, location } = error
  return {
    reason,
    url,
    status,
    why: error.why ?? innermostCause(error),
    location: scrubUrl(location, 500),
    hint: location === undefined ? undefined : REDIRECT_HINT,
  }
}

const REDIRECT_HINT =
  'Redirects are not followed. Set ISSUER_METADATA_URL or JWKS_URL (the options metadataUrl and jwksUrl) to the address of the document itself.'
