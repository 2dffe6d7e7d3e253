import { z } from 'zod'
import { FAILURE_CODES } from '../failures/failure-codes.js'
import { CALL_OUTCOMES, MAX_LISTED } from '../observability/observer.js'

const text = z.string()
const count = z.int().min(0)
const durationMs = z.number().min(0).describe('Milliseconds.')
const sha256 = text.regex(/^[0-9a-f]{64}$/)
const scopes = z.array(text)
const reason = text.describe('Finer than the code before it; docs/failures.md has all of them.')

const EXCHANGE = z
  .strictObject({
    api: text.describe('The name under which the API is configured.'),
    audience: text,
    source: z
      .enum(['cached', 'joined', 'new'])
      .optional()
      .describe('A token that was kept, of an exchange under way, or of a new exchange.'),
    renewal: z.boolean().describe('Made because the API refused the token before.'),
    asked: scopes.describe('Scopes of the API that were asked for.'),
    granted: scopes.optional().describe('Those granted, where the answer says so.'),
    actors: z
      .array(text)
      .optional()
      .describe('Who acts for the user with the token, newest first.'),
    outcome: z.enum(['ok', ...FAILURE_CODES]),
    reason: reason.optional(),
    durationMs,
  })
  .describe('One token exchange.')

const API_CALL = z
  .strictObject({
    api: text.describe('The name under which the API is configured.'),
    method: text,
    path: text.describe('With names in place of values.'),
    status: z.int().optional().describe('Of the answer. Absent where there is none.'),
    failure: z.enum(FAILURE_CODES).optional().describe('Why there is no (whole) answer.'),
    reason: reason.optional(),
    bytes: count.describe('Of the body of the answer, as far as it was read.'),
    durationMs: durationMs.optional().describe('Absent where the answer was not read to its end.'),
  })
  .describe('One request to an API.')

const USER = z
  .union([
    z.strictObject({
      issuer: text,
      subject: text,
      claims: z
        .record(text, text)
        .optional()
        .describe('The claims that name the user, where sub is not the only one.'),
    }),
    z.strictObject({ issuer: text, pseudonym: text }),
  ])
  .describe(
    'As the token names the user, or a keyed pseudonym. Absent: no token was verified, or a public tool was called without one.',
  )

const OUTCOMES = [...CALL_OUTCOMES, ...FAILURE_CODES] as const

/** The schema of the record of one tool call, allowed or refused. */
export const TOOL_CALL_RECORD_SCHEMA = z.strictObject({
  record: z.literal('tool_call'),
  recordVersion: z.literal(1).describe('Grows when a member changes its meaning or goes.'),
  time: z.iso.datetime().describe('When the request came.'),
  service: text,
  serviceVersion: text,
  requestId: text.describe('The X-Request-Id of the answer, and requestId in the log.'),
  traceId: text
    .optional()
    .describe('Of the span of the call; without one, of the traceparent (W3C Trace Context).'),
  messageId: z
    .union([text, z.number()])
    .optional()
    .describe('The id that the client gave its JSON-RPC message.'),
  user: USER.optional(),
  organization: text.optional(),
  client: text.optional().describe('The OAuth client that the user signed in with.'),
  actors: z
    .array(text)
    .optional()
    .describe('Who acts for the user already, newest first, where the token says so.'),
  tool: text.describe('The name as sent; bounded and scrubbed where no such tool is declared.'),
  toolDeclared: z.boolean(),
  toolReadFrom: z
    .enum(['body', 'header'])
    .describe('header: refused before the body was read; the name is that of Mcp-Name.'),
  toolDefinitionSha256: sha256.optional().describe('Of what clients are told of the tool.'),
  documentSha256: sha256.optional().describe('Of the OpenAPI document that the tool comes from.'),
  operation: text.optional().describe('The operation of the API that the tool is.'),
  argumentsSha256: sha256
    .optional()
    .describe('Of the arguments as canonical JSON (RFC 8785). Absent where they were not read.'),
  decision: z
    .enum(['allowed', 'confirmed', 'public', 'denied', 'step_up', 'never', 'undecided'])
    .describe(
      'confirmed: allowed, and the user was asked and agreed. public: let in without a token. denied: by the policy, or it could not decide. step_up: more scope would do. never: the user lacks a permission. undecided: refused before, or not a declared tool.',
    ),
  policy: z
    .enum(['allowed', 'denied', 'asked', 'unavailable'])
    .optional()
    .describe('What the policy decided. Absent: there is none, or the call was refused before it.'),
  policyReason: text.optional().describe('The words of the policy for the model and the user.'),
  missingScopes: scopes.optional().describe('Scopes of this server that were missing.'),
  exchanges: z.array(EXCHANGE).max(MAX_LISTED),
  exchangeCount: count,
  apiCalls: z.array(API_CALL).max(MAX_LISTED),
  apiCallCount: count,
  outcome: z
    .enum(OUTCOMES)
    .describe(
      'ok, or why not. asked, declined, dismissed: of a question to the user. answered, tool_error: what the server of a library user answered.',
    ),
  reason: reason.optional(),
  httpStatus: z.int().optional().describe('Where the call was answered by an HTTP status.'),
  answerBytes: count.optional().describe('Of the texts in the answer of a tool of this server.'),
  durationMs,
})

/** The schema of the record of calls without a user that have none of their own. */
export const CALLS_LEFT_OUT_RECORD_SCHEMA = z.strictObject({
  record: z.literal('calls_left_out'),
  recordVersion: z.literal(1).describe('Grows when a member changes its meaning or goes.'),
  time: z.iso.datetime().describe('When the time began in which they came.'),
  service: text,
  serviceVersion: text,
  outcome: z.enum(OUTCOMES).describe('How they ended: why they were refused, mostly.'),
  count: z
    .int()
    .min(1)
    .describe('Calls without a verified token that have no record of their own.'),
  durationMs,
})

/** The schema of a record of the audit. */
export const AUDIT_RECORD_SCHEMA = z.discriminatedUnion('record', [
  TOOL_CALL_RECORD_SCHEMA,
  CALLS_LEFT_OUT_RECORD_SCHEMA,
])

/** The record of one tool call. */
export type ToolCallRecord = z.infer<typeof TOOL_CALL_RECORD_SCHEMA>

/** How many calls of strangers have no record of their own. */
export type CallsLeftOutRecord = z.infer<typeof CALLS_LEFT_OUT_RECORD_SCHEMA>

/** A record of the audit. `audit-record.schema.json` of the package describes its members. */
export type AuditRecord = ToolCallRecord | CallsLeftOutRecord
