import { CONFIRM_LEVELS, OPENAPI_TOOLS_DEFAULTS } from '../openapi-tools/options.js'
import { setting, type Setting } from './setting.js'
import {
  documentLocation,
  documentLocations,
  idempotency,
  operationRules,
  scopesMissing,
  serverScopes,
} from './openapi-values.js'
import * as values from './values.js'

/** Which tools come out of an OpenAPI document. No fallbacks: a setting that is set without a document is an issue. */
export const OPENAPI_SETTINGS = {
  CONFIG_PATH: setting({
    description:
      'The configuration file, YAML or JSON: for several APIs, each with its own OpenAPI document. It has no secrets. Where the file describes the API "api", the settings API_AUTH0_AUDIENCE, API_BASE_URL and OPENAPI_… must not be set. Where it describes other APIs only, these settings may describe "api" beside them.',
    schema: values.filePath,
    example: '/etc/mcp-on-behalf-of.yaml',
    absent: '`mcp-on-behalf-of.yaml` in the working directory, if it exists',
  }),
  OPENAPI_DOCUMENT: setting({
    description:
      "The OpenAPI document (3.0, 3.1 or 3.2; YAML or JSON) of the API: a file, or an https URL. Its operations become tools. The document does not decide where calls go: API_BASE_URL does. It is read at the start; a URL is fetched without anybody's token.",
    schema: documentLocation,
    example: './openapi.yaml',
    absent: 'none: the tools are those that come with the server',
  }),
  OPENAPI_OVERLAYS: setting({
    description:
      'Overlays (Overlay Specification 1.0 or 1.1; YAML or JSON) for the OpenAPI document: files, or https URLs, separated by spaces. They are applied in this order before anything is read from the document, and can do with x-mcp what the curation does. An action that selects nothing is a warning; one that cannot be applied ends the start.',
    schema: documentLocations,
    example: './overlay.yaml',
    absent: 'none',
  }),
  OPENAPI_OPERATIONS: setting({
    description:
      'Which operations become tools: rules, separated by spaces, of which the first that fits an operation decides. A rule is *, deprecated, internal, enabled (x-mcp: true), tag:bookings, id:create*, GET, /trips/** or GET /trips/*; ! in front excludes, and quotes go around a name with spaces: tag:"Trip planning". An operation that no rule fits is left out.',
    schema: operationRules,
    example: '!deprecated tag:bookings GET /trips/**',
    quotes: true,
    absent: `\`${OPENAPI_TOOLS_DEFAULTS.operations}\``,
  }),
  OPENAPI_CURATION: setting({
    description:
      'A file, YAML or JSON, that says more about single operations than the document does, by operationId or "GET /path": name, title, description, scopes, serverScopes, hidden, annotations, fixed, confirm.',
    schema: values.filePath,
    example: './curation.yaml',
  }),
  OPENAPI_SERVER_SCOPES: setting({
    description:
      "Which scopes of this server a caller needs for scopes of the API. same: those of the same names. none: a sign-in is enough here, and the API decides. prefix:mcp: puts mcp: in front. methods:read=mcp:read write=mcp:write goes by the operation's method alone. Entries like read:trips=mcp:read,mcp:trips, separated by spaces: as written.",
    schema: serverScopes,
    example: 'prefix:mcp:',
    absent: '`same`',
  }),
  OPENAPI_SCOPES_MISSING: setting({
    description:
      'What an operation needs at the API if neither it nor the document says so. fault: it is left out, or the start ends if that is so for all. none: a sign-in is enough. read=read:api write=write:api: these scopes, for GET, HEAD, OPTIONS and QUERY, and for all other methods.',
    schema: scopesMissing,
    example: 'read=read:api write=write:api',
    absent: '`fault`',
  }),
  OPENAPI_OPTIONAL_SECURITY: setting({
    description:
      'What {} among the security requirements of an operation means. require: it does not count where another requirement can be met. allow: the operation is called without scopes where the caller has none of those that it names.',
    schema: values.oneOf('require', 'allow'),
    example: 'allow',
    absent: '`require`',
  }),
  OPENAPI_IDEMPOTENCY: setting({
    description:
      'Keys by which the API knows a call again. declared: in the header Idempotency-Key, for operations that declare it as a parameter. The name of a header: in that one, for these and for all operations that write, declared or not; idempotency: false of an operation in its curation leaves it out. off: the header is an argument as any other. Each call gets a new UUID that the model does not see. A POST or PATCH with one is made again after a 401 or a connection that broke. A model can repeat a call whose outcome is unknown. The API has to carry out one call with a key, however often it arrives.',
    schema: idempotency,
    example: 'X-Request-Id',
    absent: `\`${OPENAPI_TOOLS_DEFAULTS.idempotency}\``,
  }),
  OPENAPI_ANSWER_BYTES: setting({
    description:
      'The largest answer of the API that a model gets, in bytes. A longer one is cut between two elements, with a hint how to get the rest.',
    schema: values.integerBetween(1_000, 10_000_000),
    example: '40000',
    absent: `\`${OPENAPI_TOOLS_DEFAULTS.answerBytes}\``,
  }),
  OPENAPI_CONFIRM: setting({
    description:
      'Before which calls the user is asked. destructive: those that do not only read, unless the curation or the document says destructiveHint: false. writes: all that do not only read. off: none. confirm of an operation, in the curation or in x-mcp of the document, decides otherwise for that operation. A client that cannot ask its user is refused such a call.',
    schema: values.oneOf(...CONFIRM_LEVELS),
    example: 'writes',
    absent: `\`${OPENAPI_TOOLS_DEFAULTS.confirm}\``,
  }),
  OPENAPI_MAX_TOOLS: setting({
    description:
      'How many tools one document may give at most: more end the start, since models choose badly among many, and many clients take no more. Select fewer with OPENAPI_OPERATIONS, or set OPENAPI_EXPOSE=search, before you raise it.',
    schema: values.integerBetween(1, 5_000),
    example: '300',
    absent: `\`${OPENAPI_TOOLS_DEFAULTS.maxTools}\`; \`5000\` with OPENAPI_EXPOSE=search, where they are not listed`,
  }),
  OPENAPI_EXPOSE: setting({
    description:
      'How clients get to the operations. tools: each is a tool of the list. search: none is listed; the tools find_operations, describe_operation and call_operation stand for all of them, for documents with more operations than a model can choose from. both: the list, and these three. A call needs the same in each case: the scopes of its operation.',
    schema: values.oneOf('tools', 'search', 'both'),
    example: 'search',
    absent: `\`${OPENAPI_TOOLS_DEFAULTS.expose}\``,
  }),
  OPENAPI_RELOAD_SECONDS: setting({
    description:
      'How often the document and the file of its curation are read again while the server runs, in seconds. 0: never by themselves; SIGHUP has them read at once in any case. A document that is faulty changes nothing, and the log says why.',
    schema: values.integerBetween(0, 86_400),
    example: '60',
    absent: '`0`',
  }),
  DEMO_TOOLS: setting({
    description:
      'Whether the demonstration tools whoami, greet and get_datetime are offered. greet is there only with an API named "api".',
    schema: values.oneOf('on', 'off'),
    example: 'on',
    absent: '`on` without an OpenAPI document, `off` with one',
  }),
} as const satisfies Record<string, Setting<unknown>>
