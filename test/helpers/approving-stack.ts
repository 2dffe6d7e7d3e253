import { closeWithTest } from './close-with-test.js'
import { postMcp } from './mcp-requests.js'
import { RecordingLog } from './recording-log.js'
import { toolAnswer } from './tool-answer.js'
import { modern } from './wire.js'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import type { Environment } from '../../src/config/config.js'
import type { Claims } from '../../src/identity/caller.js'

/** The development set-up, with calls that users approve on a page. */
export interface ApprovingStack extends DevelopmentStack {
  readonly log: RecordingLog
  /** The tokens that the API has accepted. */
  readonly apiCalls: readonly Claims[]
  /** A token of Alice, or of another user, by the client `curl`, or another one. */
  readonly tokenOf: (username?: string, clientId?: string) => Promise<string>
  /** Cancels a booking that is not there, as a 2026-07-28 client. */
  readonly cancel: (token: string, call?: CancelCall) => Promise<CancelAnswer>
}

export interface CancelCall {
  readonly bookingId?: string
  readonly capabilities?: object
  readonly inputResponses?: object
}

export interface CancelAnswer {
  readonly isError: boolean
  readonly text: string
  /** The page that a person has to open, in the text or to be opened by the client. */
  readonly url: string | undefined
  readonly asksToOpen: boolean
}

const SCOPE = 'read:trips read:bookings write:bookings'

export async function startApprovingStack(environment: Environment = {}): Promise<ApprovingStack> {
  const log = new RecordingLog()
  const apiCalls: Claims[] = []
  const stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log,
    onApiCall: (claims) => apiCalls.push(claims),
    environment: { OPENAPI_CONFIRM: 'writes', CONFIRMATION_PAGE: 'always', ...environment },
  })
  const { issuer, endpoint } = stack
  return {
    ...{ ...stack, log, apiCalls, close: closeWithTest(() => stack.close()) },
    tokenOf: (username = 'alice', clientId) =>
      obtainToken({ issuer, username, clientId, resource: endpoint.href, scope: SCOPE }),
    cancel: (token, call) => cancel(endpoint, token, call),
  }
}

async function cancel(
  endpoint: URL,
  token: string,
  { bookingId = 'none', capabilities = {}, inputResponses }: CancelCall = {},
): Promise<CancelAnswer> {
  const { message, headers } = modern('tools/call', {
    ...{ name: 'cancelBooking', arguments: { bookingId }, inputResponses },
    _meta: { 'io.modelcontextprotocol/clientCapabilities': capabilities },
  })
  const response = await postMcp(endpoint, message, { token, headers })
  const { isError, text } = toolAnswer(response)
  const opened = /"url":"([^"]+)"/.exec(response.text)?.[1]
  const url = opened ?? /http:\S+\/confirm\/[\w-]+/.exec(text)?.[0]
  return { isError, text, url, asksToOpen: opened !== undefined }
}
