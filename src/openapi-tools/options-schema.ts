import { z } from 'zod'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withIssues } from '../options/with-issues.js'
import { OVERLAY_LIMITS, type OpenApiOverlay } from '../openapi/overlays/overlay.js'
import type { ScopesByMethod } from '../openapi/security-types.js'
import { MASTER_KEYS_OPTION } from '../store/shared-state.js'
import { SCOPES_OPTION } from '../tools/tool-schema.js'
import {
  CONFIRM_LEVELS,
  type CuratedHints,
  type CuratedOperation,
  type OptionNames,
  type ToolsFromOpenApiOptions,
} from './options.js'
import { isKeyHeader } from './key-header.js'
import { parseSelection } from './selection-rules.js'

const BY_METHOD = optionsSchema<ScopesByMethod>({ read: SCOPES_OPTION, write: SCOPES_OPTION })

const SERVER_SCOPES = z.union(
  [
    z.enum(['same', 'none']),
    z.strictObject({ prefix: optionValues.text('a prefix') }),
    z.strictObject({ pairs: z.record(z.string(), SCOPES_OPTION) }),
    z.strictObject({ byMethod: BY_METHOD }),
  ],
  "must be 'same', 'none', { prefix }, { pairs } or { byMethod: { read, write } }, with lists of scopes",
)

const FLAG = optionValues.flag.optional()
const HINTS = optionsSchema<CuratedHints>(
  { readOnlyHint: FLAG, destructiveHint: FLAG, idempotentHint: FLAG, openWorldHint: FLAG },
  'member',
)

/** Null would be no value: the model would be asked for one. */
const FIXED = z
  .json('must be a value of JSON')
  .refine((value) => value !== null, 'must be a value, and not null')

const CURATED = optionsSchema<CuratedOperation>(
  {
    name: optionValues.text('the name of the tool').optional(),
    title: optionValues.text('a text').optional(),
    description: optionValues.text('a text').optional(),
    scopes: SCOPES_OPTION.optional(),
    serverScopes: SCOPES_OPTION.optional(),
    hidden: FLAG,
    annotations: HINTS.optional(),
    fixed: z.record(z.string(), FIXED).optional(),
    confirm: FLAG,
    idempotency: z.literal(false, 'must be false, or be left out').optional(),
  },
  'member',
)

const RULES = withIssues(
  z.union([z.string(), z.array(z.string())], 'must be rules: a text or a list'),
  (written) => {
    const rules = z.union([z.string(), z.array(z.string())]).safeParse(written)
    if (!rules.success) return []
    const parsed = parseSelection(rules.data)
    return 'wrong' in parsed ? parsed.wrong.map((message) => ({ path: [], message })) : []
  },
)

const OVERLAY = optionsSchema<OpenApiOverlay>(
  {
    name: optionValues.text('a name'),
    document: z.custom<OpenApiOverlay['document']>(
      (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
      'must be a text, bytes or an object',
    ),
  },
  'member',
)

const KEY_HEADER = z.string().refine(isKeyHeader)

const SETTING = optionValues.text('the name of a setting').optional()

/** The options of `toolsFromOpenApi`. */
export const TOOLS_FROM_OPENAPI_SCHEMA = optionsSchema<ToolsFromOpenApiOptions>({
  api: optionValues.text('the name of an API'),
  name: optionValues.text('a name').optional(),
  overlays: z
    .array(OVERLAY, 'must be a list of overlays: { name, document }')
    .max(OVERLAY_LIMITS.overlays, `must be at most ${OVERLAY_LIMITS.overlays} overlays`)
    .optional(),
  operations: RULES.optional(),
  curation: z
    .record(z.string(), CURATED, 'must be an object, by operationId or GET /path')
    .optional(),
  serverScopes: SERVER_SCOPES.optional(),
  scopesMissing: z
    .union(
      [z.enum(['fault', 'none']), BY_METHOD],
      "must be 'fault', 'none' or { read, write } with lists of scopes",
    )
    .optional(),
  optionalSecurity: optionValues.oneOf('require', 'allow').optional(),
  schemes: optionValues.texts('the name of a security scheme').optional(),
  idempotency: z
    .union(
      [z.enum(['off', 'declared']), z.strictObject({ header: KEY_HEADER })],
      "must be 'off', 'declared' or { header } with the name of a header that may be sent",
    )
    .optional(),
  retryKeys: MASTER_KEYS_OPTION.optional(),
  answerBytes: optionValues.count.min(1_000, 'must be at least 1000').optional(),
  confirm: optionValues.oneOf(...CONFIRM_LEVELS).optional(),
  baseUrl: optionValues.httpUrl.optional(),
  maxTools: optionValues.count.optional(),
  expose: optionValues.oneOf('tools', 'search', 'both').optional(),
  reservedNames: optionValues.texts('the name of a tool').optional(),
  optionNames: optionsSchema<OptionNames>({
    overlays: SETTING,
    operations: SETTING,
    curation: SETTING,
    serverScopes: SETTING,
    scopesMissing: SETTING,
    baseUrl: SETTING,
    idempotency: SETTING,
    maxTools: SETTING,
    expose: SETTING,
  }).optional(),
})
