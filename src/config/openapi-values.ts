import { z } from 'zod'
import { isHttpsOrLoopback } from '../http/secure-url.js'
import type { ToolsFromOpenApiOptions } from '../openapi-tools/options.js'
import { isKeyHeader } from '../openapi-tools/key-header.js'
import { parseSelection } from '../openapi-tools/selection-rules.js'
import { isScopeToken } from '../scopes.js'
import { documentUrl, scopeHierarchy } from './values.js'

type Options = Required<ToolsFromOpenApiOptions>
type ServerScopes = NonNullable<Options['serverScopes']>
type ScopesMissing = NonNullable<Options['scopesMissing']>

const ANY_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

/** A file, or the address of a document: https, or http on this machine. */
export const documentLocation = z.string().transform((value, context) => {
  if (!ANY_SCHEME.test(value)) return value
  const parsed = documentUrl.safeParse(value)
  if (!parsed.success) {
    context.addIssue(LOCATION)
    return z.NEVER
  }
  if (isHttpsOrLoopback(new URL(parsed.data))) return parsed.data
  context.addIssue(
    'must be https (or http on this machine): on the way, anybody could change the document, and with it what the tools do',
  )
  return z.NEVER
})

/** Several of them, separated by spaces. */
export const documentLocations = z.string().transform((value, context) => {
  const read = value
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => documentLocation.safeParse(one))
  for (const { error } of read)
    for (const { message } of error?.issues ?? []) context.addIssue(message)
  return read.flatMap(({ data }) => (data === undefined ? [] : [data]))
})

const LOCATION =
  'must be the path of a file, or a URL that starts with https:// (http:// on this machine) and has no user name, password and fragment'

/** Rules that select operations. */
export const operationRules = z.string().transform((value, context) => {
  const parsed = parseSelection(value)
  if ('rules' in parsed) return value
  for (const message of parsed.wrong) context.addIssue(message)
  return z.NEVER
})

/** The same as a list of rules. */
export const operationRuleList = z
  .array(z.string('must be a rule'))
  .superRefine((value, context) => {
    const parsed = parseSelection(value)
    if ('wrong' in parsed) for (const message of parsed.wrong) context.addIssue(message)
  })

/** `same`, `none`, `prefix:mcp:`, `methods:read=a write=b`, or pairs `api=server,server`. */
export const serverScopes = z.string().transform((value, context): ServerScopes => {
  if (value === 'same' || value === 'none') return value
  const [, kind, rest = ''] = /^(prefix|methods):(.*)$/s.exec(value) ?? []
  if (kind === 'prefix' && isScopeToken(rest)) return { prefix: rest }
  const byMethod = kind === 'methods' ? scopesByMethod(rest) : undefined
  if (byMethod !== undefined) return { byMethod }
  const pairs = scopeHierarchy.safeParse(value)
  if (kind === undefined && pairs.success) return { pairs: pairs.data }
  context.addIssue(
    'must be same, none, prefix:mcp:, methods:read=mcp:read write=mcp:write, or entries like read:trips=mcp:read,mcp:trips, separated by spaces, each scope of the API once in front of a =',
  )
  return z.NEVER
})

/** `off`, `declared`, or the name of a header. */
export const idempotency = z
  .string()
  .transform((value, context): NonNullable<Options['idempotency']> => {
    if (value === 'off' || value === 'declared') return value
    if (isKeyHeader(value)) return { header: value }
    context.addIssue(
      'must be off, declared, or the name of a header that may hold a key, such as X-Request-Id',
    )
    return z.NEVER
  })

/** `fault`, `none`, or `read=a write=b`. */
export const scopesMissing = z.string().transform((value, context): ScopesMissing => {
  if (value === 'fault' || value === 'none') return value
  const byMethod = scopesByMethod(value)
  if (byMethod !== undefined) return byMethod
  context.addIssue(
    'must be fault, none, or the scopes of the API for reading and for writing operations: read=read:api write=write:api',
  )
  return z.NEVER
})

/** `read=a,b write=c`; nothing behind a = stands for no scope. */
function scopesByMethod(value: string) {
  const [, read, write] = /^\s*read=(\S*)\s+write=(\S*)\s*$/.exec(value) ?? []
  if (read === undefined || write === undefined) return undefined
  const scopes = { read: listed(read), write: listed(write) }
  return [...scopes.read, ...scopes.write].every(isScopeToken) ? scopes : undefined
}

function listed(text: string): readonly string[] {
  return text === '' ? [] : text.split(',')
}
