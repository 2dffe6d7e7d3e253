import { Agent, fetch as undiciFetch, type Dispatcher } from 'undici'

/** How long a connection may take to come about. */
export const CONNECT = { timeout: 5_000 } as const

/** Connections that end after their one call: undici keeps none alive without pipelining. */
export function freshConnections(connections: number): Agent {
  return new Agent({ connections, pipelining: 0, connect: CONNECT })
}

/** undici's own fetch; it and the global one have the same contract and separately declared types. */
export function fetchOver(
  dispatcher: Dispatcher,
  input: unknown,
  init: object = {},
): Promise<Response> {
  const call = undiciFetch as unknown as (
    input: unknown,
    init: object & { readonly dispatcher: Dispatcher },
  ) => Promise<Response>
  return call(input, { ...init, dispatcher })
}
