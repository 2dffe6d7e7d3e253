import { z } from 'zod'
import { isScopeToken } from '../scopes.js'
import { CONFIRM_LEVELS } from '../openapi-tools/options.js'
import { documentLocation, operationRuleList, operationRules } from './openapi-values.js'
import {
  baseUrl,
  claimName,
  filePath,
  identifier,
  issuerUrl,
  oneOf,
  scopePrefix,
} from './values.js'
import { isKeyHeader } from '../openapi-tools/key-header.js'
import { MANNER_VALUES } from '../exchange/exchange-manner.js'

const SCOPES = z.array(
  z.string('must be a scope').refine(isScopeToken, {
    error: 'must be one scope, without spaces, quotes or backslashes',
  }),
  'must be a list of scopes',
)

const BY_METHOD = z
  .strictObject({ read: SCOPES, write: SCOPES })
  .describe(
    'GET, HEAD, OPTIONS and QUERY need the scopes of read, all other methods those of write.',
  )

const HINT = z.boolean('must be true or false').optional()

/** What holds for one operation, in place of what the document says. */
export const CURATED_OPERATION = z.strictObject({
  name: z
    .string('must be a text')
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,47}$/, {
      error: 'must be letters, digits and _, a letter first, 48 at most',
    })
    .optional()
    .describe('The name of the tool.'),
  title: z.string('must be a text').optional().describe('The title of the tool.'),
  description: z.string('must be a text').optional().describe('What the tool does, for the model.'),
  scopes: SCOPES.optional().describe(
    'Scopes of the API that are needed together, in place of what the document says.',
  ),
  serverScopes: SCOPES.optional().describe(
    'Scopes of this server that a caller needs, in place of those that follow from the scopes of the API.',
  ),
  hidden: z
    .boolean('must be true or false')
    .optional()
    .describe(
      'true: the operation is no tool. false: it is one even if the document says x-mcp: false.',
    ),
  annotations: z
    .strictObject({
      readOnlyHint: HINT,
      destructiveHint: HINT,
      idempotentHint: HINT,
      openWorldHint: HINT,
    })
    .optional()
    .describe('Hints for clients (MCP ToolAnnotations).'),
  fixed: z
    .record(z.string(), z.unknown(), 'must be values by the names of arguments')
    .optional()
    .describe(
      'Values that are sent with every call. The model neither sees nor gives these arguments.',
    ),
  confirm: z
    .boolean('must be true or false')
    .optional()
    .describe(
      'Whether the user is asked before each call, in place of what confirm of the API says.',
    ),
  idempotency: z
    .literal(false, 'must be false, or be left out')
    .optional()
    .describe('false: calls get no key of idempotency, whatever idempotency of the API says.'),
})

/** Entries by operationId or `GET /path`. */
export const CURATION = z.record(
  z.string(),
  CURATED_OPERATION,
  'must be entries by operationId or "GET /path"',
)

const SERVER_SCOPES = z.union(
  [
    z.enum(['same', 'none']),
    z.strictObject({
      prefix: z
        .string('must be the beginning of a scope')
        .refine(isScopeToken, 'must be the beginning of a scope, without spaces')
        .describe('Put in front of each scope of the API.'),
    }),
    z.strictObject({
      pairs: z
        .record(z.string(), SCOPES)
        .describe('For each scope of the API, the scopes of this server.'),
    }),
    z.strictObject({ byMethod: BY_METHOD }),
  ],
  'must be same, none, { prefix: "mcp:" }, { pairs: { "read:trips": ["mcp:read"] } } or { byMethod: { read: ["mcp:read"], write: ["mcp:write"] } }',
)

const audienceList = (what: string) =>
  z
    .array(identifier.min(1, 'must not be empty'), 'must be a list of audiences')
    .min(1, 'must name an audience')
    .optional()
    .describe(what)

const EXCHANGE = z.strictObject(
  {
    issuer: issuerUrl
      .optional()
      .describe(
        'The issuer at which tokens for this API are exchanged, and whose tokens come back.',
      ),
    audiences: audienceList('What is sent to name the API. Default: its audience.'),
    expectedAudiences: audienceList(
      'What a token for the API may have as its one audience. Default: its audience.',
    ),
    targetParameter: oneOf(...MANNER_VALUES.targetParameter)
      .optional()
      .describe('Which parameter names the API.'),
    requestedTokenType: oneOf(...MANNER_VALUES.requestedTokenType)
      .optional()
      .describe('What requested_token_type asks for; none leaves it out.'),
    actorToken: oneOf(...MANNER_VALUES.actorToken)
      .optional()
      .describe('Whether an actor_token is sent, and which.'),
    issuedTokenType: oneOf(...MANNER_VALUES.issuedTokenType)
      .optional()
      .describe('Whether the answer has to have issued_token_type.'),
    actorCheck: oneOf(...MANNER_VALUES.actorCheck)
      .optional()
      .describe('How the token has to say that this server acts.'),
    scopeRequest: oneOf(...MANNER_VALUES.scopeRequest)
      .optional()
      .describe('Which scopes are asked for: those of the tool, or all that were consented to.'),
    scopeCase: oneOf(...MANNER_VALUES.scopeCase)
      .optional()
      .describe('Whether the case of scopes counts in the token.'),
    scopePrefix: scopePrefix
      .optional()
      .describe(
        'Put in front of scopes when they are asked for, and taken off those of the token.',
      ),
    scopeClaim: claimName
      .optional()
      .describe('The claim of the token that holds its scopes, in place of scope and scp.'),
    opaqueHeader: claimName
      .optional()
      .describe('A header parameter of JWTs that this API alone can verify.'),
  },
  'must be how tokens for the API are exchanged: { issuer, expectedAudiences }',
)

const API = z.strictObject(
  {
    audience: identifier
      .min(1, 'must not be empty')
      .describe("The API's identifier at the authorization server, byte for byte."),
    baseUrl: baseUrl.describe('Where the API is. Calls go nowhere else.'),
    exchange: EXCHANGE.optional().describe(
      'How tokens for this API are exchanged, where it is not as for the others.',
    ),
    problems: z
      .boolean('must be true or false')
      .optional()
      .describe(
        'Whether a model reads what the API says of a call that it did not accept (400, 409, 422). Default: false',
      ),
    document: documentLocation
      .optional()
      .describe(
        'The OpenAPI document: a file, beginning at the directory of this file, or an https URL. Without one, the API has no tools of its own.',
      ),
    overlays: z
      .array(documentLocation, 'must be a list of files or https URLs')
      .optional()
      .describe(
        'Overlays for the document, in the order in which they are applied: files, beginning at the directory of this file, or https URLs.',
      ),
    operations: z
      .union(
        [operationRules, operationRuleList],
        'must be rules: a text, or a list with one rule each',
      )
      .optional()
      .describe('Which operations become tools. Default: !deprecated !internal *'),
    curation: z
      .union(
        [filePath, CURATION],
        'must be the path of a file, or entries by operationId or "GET /path"',
      )
      .optional()
      .describe('What holds for single operations: a file, or the entries themselves.'),
    serverScopes: SERVER_SCOPES.optional().describe(
      'Which scopes of this server a caller needs for scopes of the API. Default: same',
    ),
    scopesMissing: z
      .union(
        [z.enum(['fault', 'none']), BY_METHOD],
        'must be fault, none or { read: ["read:api"], write: ["write:api"] }',
      )
      .optional()
      .describe('What an operation needs if the document does not say it. Default: fault'),
    optionalSecurity: oneOf('require', 'allow')
      .optional()
      .describe('What {} among the requirements of an operation means. Default: require'),
    idempotency: z
      .union(
        [
          z.enum(['off', 'declared']),
          z.strictObject({
            header: z.string('must be the name of a header').refine(isKeyHeader, {
              error: 'must be the name of a header that may hold a key',
            }),
          }),
        ],
        'must be off, declared or { header: X-Request-Id }',
      )
      .optional()
      .describe(
        'Keys of idempotency: for operations that declare the header, or in a header that is named here for all that write. Default: declared',
      ),
    answerBytes: z
      .int('must be a whole number')
      .min(1_000, 'must be a whole number from 1000 to 10000000')
      .max(10_000_000, 'must be a whole number from 1000 to 10000000')
      .optional()
      .describe('The largest answer that a model gets. Default: 80000'),
    confirm: oneOf(...CONFIRM_LEVELS)
      .optional()
      .describe('Before which calls the user is asked: off, destructive or writes. Default: off'),
    maxTools: z
      .int('must be a whole number')
      .min(1, 'must be a whole number from 1 to 5000')
      .max(5_000, 'must be a whole number from 1 to 5000')
      .optional()
      .describe('How many tools the document may give at most. Default: 128; with search 5000'),
    expose: oneOf('tools', 'search', 'both')
      .optional()
      .describe(
        'How clients get to the operations: as tools, by tools that find, describe and call them, or by both. Default: tools',
      ),
    reloadSeconds: z
      .int('must be a whole number')
      .min(0, 'must be a whole number from 0 to 86400')
      .max(86_400, 'must be a whole number from 0 to 86400')
      .optional()
      .describe(
        'How often the document and the file of its curation are read again, in seconds. Default: 0, never by themselves',
      ),
    toolPrefix: z
      .string('must be a text')
      .regex(/^[A-Za-z][A-Za-z0-9_]{0,19}$/, {
        error: 'must be letters, digits and _, a letter first, 20 at most',
      })
      .optional()
      .describe(
        'Put in front of the name of every tool of this API, with nothing in between: crm_',
      ),
  },
  'must be an API: { audience, baseUrl }',
)

/** The configuration file: one entry for each API. What is secret has no place in it. */
export const CONFIG_FILE_SCHEMA = z.strictObject(
  {
    $schema: z.string().optional().describe('For editors: the address of the schema of this file.'),
    apis: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, {
          error: 'must be named by letters, digits, _ and -, a letter first, 40 at most',
        }),
        API,
        'must be the APIs by their names',
      )
      .refine((apis) => Object.keys(apis).length > 0, 'must name an API')
      .describe('The APIs that tools call, by names of your own.'),
  },
  'must be a mapping with apis',
)

export type ConfigFileContent = z.output<typeof CONFIG_FILE_SCHEMA>
export type ConfigFileApi = ConfigFileContent['apis'][string]

/** The JSON Schema of the configuration file, for editors. */
export function configFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(CONFIG_FILE_SCHEMA, {
    target: 'draft-7',
    io: 'input',
  })
  return { $schema, title: 'mcp-on-behalf-of.yaml', ...schema }
}
