import type { Fetch } from '../../../../src/http/fetch-json.js'
import type { GuardedIo } from '../../../guarded-output.js'
import { clientMetadata } from '../../sign-in/client-document.js'
import {
  deleteClient,
  registerClient,
  type RegistrationAnswer,
} from '../../sign-in/client-registration.js'

/** A client that this command has left behind. */
export interface LeftClient {
  readonly endpoint: string
  readonly clientId: string
}

/** Registers clients, each endpoint once, and deletes them. */
export interface Registrar {
  readonly register: (endpoint: URL) => Promise<RegistrationAnswer>
  /** Deletes what was registered (RFC 7592); gives what stays. */
  readonly removeAll: () => Promise<readonly LeftClient[]>
}

/** Where the answer of a sign-in would be received. No sign-in gets that far. */
export const REDIRECT_URI = 'http://127.0.0.1/callback'

export function createRegistrar(fetch: Fetch, keep: GuardedIo['keep']): Registrar {
  const made = new Map<string, Promise<RegistrationAnswer>>()
  return {
    register: (endpoint) => {
      const metadata = clientMetadata(REDIRECT_URI)
      const answer = made.get(endpoint.href) ?? registerClient({ endpoint, metadata, fetch, keep })
      made.set(endpoint.href, answer)
      return answer
    },
    removeAll: async () => {
      const left: LeftClient[] = []
      for (const [endpoint, answer] of made) {
        const registered = await answer
        if (registered.kind !== 'registered') continue
        const { clientId, management } = registered.client
        const status = management === undefined ? undefined : await deleteClient(management, fetch)
        if (status === undefined || status >= 300) left.push({ endpoint, clientId })
      }
      return left
    },
  }
}
