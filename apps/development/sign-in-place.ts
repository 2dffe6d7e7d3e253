import { z } from 'zod'
import { COMMAND_LINE_CLIENT } from './token-command-for.js'

/** `FrontPageDocument` of the development authorization server, or `StandInDocument`. */
const DOCUMENT = z.object({
  resource_servers: z.array(z.object({ identifier: z.string(), scopes: z.array(z.string()) })),
  issuer: z.string().optional(),
  command_line_client: z.string().optional(),
})

/** Where the token program signs a user in, and as which client. */
export interface SignInPlace {
  readonly issuer: string
  readonly clientId: string
  /** The scopes of the API; `undefined` where they are not known. */
  readonly scopes: readonly string[] | undefined
}

/**
 * Asks a running authorization server for development how to get a token for an API. A stand-in says at its origin which
 * issuer and client that takes; what does not answer is left as it was asked for.
 */
export async function signInPlaceOf(address: string, identifier: string): Promise<SignInPlace> {
  try {
    const response = await fetch(address, { headers: { accept: 'application/json' } })
    const document = DOCUMENT.parse(await response.json())
    const { issuer = address, command_line_client: clientId = COMMAND_LINE_CLIENT } = document
    const api = document.resource_servers.find((one) => one.identifier === identifier)
    // A server on this machine must not send the sign-in elsewhere.
    if (new URL(issuer).origin !== new URL(address).origin) throw new Error('another origin')
    return { issuer, clientId, scopes: api?.scopes }
  } catch {
    // Getting the token says why.
    return { issuer: address, clientId: COMMAND_LINE_CLIENT, scopes: undefined }
  }
}
