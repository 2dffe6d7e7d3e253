import { Agent, fetch as undiciFetch } from 'undici'
import type { Fetch } from '../identity/fetch-json.js'
import type { Secret } from '../secret.js'

/** The client certificate that `createMutualTlsFetch` presents. */
export interface MutualTlsFetchOptions {
  /** The client's certificate, PEM. */
  readonly certificate: string
  /** Its private key, PEM. */
  readonly key: Secret
  /** Certificate authorities to trust in place of the system's, PEM. */
  readonly ca?: string
}

/** Creates a `fetch` that presents a client certificate (RFC 8705 §2). */
export function createMutualTlsFetch(options: MutualTlsFetchOptions): Fetch {
  const agent = new Agent({
    connect: {
      cert: options.certificate,
      key: options.key.reveal(),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
  })
  // undici's own fetch and the global one have the same contract and separately declared types.
  return ((input: string | URL, init: object | undefined) =>
    undiciFetch(input, { ...init, dispatcher: agent })) as unknown as Fetch
}
