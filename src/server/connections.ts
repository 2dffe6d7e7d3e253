import type { Config } from '../config/config.js'
import type { OutgoingConfig } from '../config/outgoing-config.js'
import { createOutgoingFetch, type OutgoingFetch } from '../http/outgoing-fetch.js'
import type { ClientCredentials } from '../config/client-credentials.js'
import type { Fetch } from '../http/fetch-json.js'

/** What reaches documents before there is a whole configuration. */
export function createDocumentFetch(outgoing: OutgoingConfig): OutgoingFetch {
  return createOutgoingFetch(outgoing)
}

/** The ways out of the server that a configuration describes: one seam, so that a proxy and private CAs hold for all. */
export interface Connections {
  /** To issuers, for metadata and keys. */
  readonly issuers: Fetch
  /** To token endpoints; presents the client certificate, if there is one, and nothing else does. */
  readonly exchange: Fetch
  /** To the API. */
  readonly api: Fetch
  /** Presents another client certificate from now on. Throws for an unusable one, and changes nothing then. */
  present(credentials: Pick<ClientCredentials, 'clientCertificate'>): void
  /** Ends idle connections and waits for calls under way. */
  close(): Promise<void>
}

/**
 * Creates the connections of a server. `fetch` takes the place of those to the authorization server, but where a
 * client certificate is to be presented.
 */
export function createConnections(
  { outgoing, exchange, apiCalls }: Config,
  fetch?: Fetch,
): Connections {
  const plain = createOutgoingFetch({ ...outgoing, connections: apiCalls.connections })
  // What carries them is loaded now, so that the first user does not wait for it. Who needs it meets a failure.
  import('../http/ways-out.js').catch(() => undefined)
  const presentingFor = ({
    clientCertificate,
  }: Pick<ClientCredentials, 'clientCertificate'>): OutgoingFetch | undefined =>
    clientCertificate && createOutgoingFetch({ ...outgoing, clientCertificate })
  let presenting = presentingFor(exchange)
  const forExchange = fetch ?? plain.fetch
  return {
    issuers: fetch ?? plain.fetch,
    exchange:
      presenting === undefined
        ? forExchange
        : (input, init) => (presenting?.fetch ?? forExchange)(input, init),
    api: plain.fetch,
    present: (credentials) => {
      const before = presenting
      if (before === undefined) return
      presenting = presentingFor(credentials)
      // Exchanges that are under way over the old connections end there.
      before.close().catch(() => undefined)
    },
    close: async () => {
      await Promise.all([plain.close(), presenting?.close()])
    },
  }
}
