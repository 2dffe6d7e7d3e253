import {
  SdkError,
  SdkErrorCode,
  type ElicitRequestFormParams,
  type ElicitRequestURLParams,
  type ElicitResult,
  type RequestOptions,
} from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import type { AskedCall } from './ask-user.js'

/** The SDK has deprecated it for later clients; for 2025 ones, it is the one way to ask within a call. */
interface ElicitingClient {
  elicitInput(
    params: ElicitRequestFormParams | ElicitRequestURLParams,
    options: RequestOptions,
  ): Promise<ElicitResult>
}

/** What came of it. `unreachable`: this client, or this connection, cannot be asked so. */
export type Elicited = ElicitResult['action'] | 'unreachable'

/**
 * Asks a 2025 client within a session, while the call waits (MCP 2025-11-25, Elicitation). No answer in `timeoutMs` is `cancel`.
 * Rejects with `cancelled` where the client no longer waits for the call: an answer that comes then is for nobody.
 */
export async function elicit(
  { context: { mcpReq }, signal }: Pick<AskedCall, 'context' | 'signal'>,
  params: ElicitRequestFormParams | ElicitRequestURLParams,
  timeoutMs: number,
): Promise<Elicited> {
  const { id } = mcpReq
  const client: ElicitingClient = mcpReq
  try {
    // On the stream of the call: the client reads that one.
    const options = { relatedRequestId: id, timeout: timeoutMs, signal }
    const { action } = await client.elicitInput(params, options)
    return signal.aborted ? withdrawn() : action
  } catch (error) {
    return signal.aborted ? withdrawn() : afterError(error)
  }
}

/** Throws that nobody waits for the call any more. */
export function withdrawn(): never {
  throw new OnBehalfOfError('cancelled')
}

function afterError(error: unknown): Elicited {
  if (!(error instanceof SdkError)) return 'unreachable'
  if (error.code === SdkErrorCode.RequestTimeout) return 'cancel'
  return error.code === SdkErrorCode.ConnectionClosed ? withdrawn() : 'unreachable'
}
