import { expect } from 'vitest'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../src/config/config.js'
import { postMcp, rpcAnswer } from './mcp-requests.js'
import { startMcpServer, type McpServerOptions, type TestServer } from './start-mcp-server.js'
import { mintSubject, toolAnswer } from './tool-answer.js'
import { modern } from './wire.js'

/** A document with operations that read, write, and write without destroying. */
export const BOOKINGS = fileURLToPath(new URL('../fixtures/openapi/bookings.yaml', import.meta.url))

export const KEYS = { CONFIRMATION_KEYS: 'key-of-these-tests-'.repeat(2) }

/** Starts a server whose tools come from that document and ask before they write. */
export function startConfirmingServer({
  environment,
  ...options
}: McpServerOptions = {}): Promise<TestServer> {
  const settings: Environment = {
    ...{ OPENAPI_DOCUMENT: BOOKINGS, OPENAPI_CONFIRM: 'writes', ...KEYS },
    ...environment,
  }
  return startMcpServer({ ...options, environment: settings })
}

/** A token of a user for the tools of that document. */
export function bookingToken(
  server: TestServer,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return mintSubject(server, { scope: 'bookings', ...claims })
}

/** How many requests reached the API, and the token endpoint. */
export const reached = ({ api, issuer }: TestServer): readonly [number, number] => [
  api.requests.length,
  issuer.tokenRequests.length,
]

/** What a 2026-07-28 client sends, and changes between two rounds. */
export interface Round {
  readonly token: string
  readonly tool?: string
  readonly args?: object
  readonly requestState?: unknown
  /** What the user did; `undefined` leaves the answer out. */
  readonly action?: string | undefined
  readonly responses?: unknown
  readonly capabilities?: object
}

/** The answer to one round. */
export interface RoundAnswer {
  readonly status: number
  /** Sealed, where the user is to be asked. */
  readonly state: string | undefined
  /** What the user is asked. */
  readonly question: string | undefined
  readonly isError: boolean
  /** What the model reads. */
  readonly text: string
}

/** Sends one round of a call, as a 2026-07-28 client does. `cancelBooking` of `b1`, unless told otherwise. */
export async function sendRound(server: TestServer, round: Round): Promise<RoundAnswer> {
  const { tool = 'cancelBooking', args = { bookingId: 'b1' }, requestState, action } = round
  const answers = action === undefined ? undefined : { confirm: { action } }
  const { message, headers } = modern('tools/call', {
    ...{ name: tool, arguments: args, requestState },
    inputResponses: round.responses ?? answers,
    _meta: {
      'io.modelcontextprotocol/clientCapabilities': round.capabilities ?? { elicitation: {} },
    },
  })
  const response = await postMcp(server.endpoint, message, { token: round.token, headers })
  const { status, isError, text } = toolAnswer(response)
  const { result } = rpcAnswer(response) as { result?: Asked }
  const question = result?.inputRequests?.['confirm']?.params?.message
  return { status, isError, text, question, state: result?.requestState }
}

interface Asked {
  readonly requestState?: string
  readonly inputRequests?: Readonly<Record<string, { params?: { message?: string } }>>
}

/** What the user is asked about the call that `sendRound` sends. */
export const CANCEL_QUESTION = [
  'Allow this call in your name?',
  '',
  '- Tool: `cancelBooking` (`Cancel a booking`)',
  '- Operation: `DELETE /bookings/{bookingId}`',
  '- `bookingId`: `"b1"`',
].join('\n')

/** A server that has asked the user, and has reached neither the token endpoint nor the API. */
export async function asked(
  options: Parameters<typeof startConfirmingServer>[0] = {},
  round: Partial<Round> = {},
) {
  const server = await startConfirmingServer(options)
  const token = await bookingToken(server)
  const first = await sendRound(server, { token, ...round })
  const { state: requestState = 'none' } = first
  expect(first).toMatchObject({ status: 200, isError: false })
  expect(reached(server)).toEqual([0, 0])
  return { server, token, first, requestState }
}
