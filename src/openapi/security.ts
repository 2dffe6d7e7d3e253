import { isIdentityScope, isScopeToken, unionScopes } from '../scopes.js'
import { nearestName } from '../options/nearest-name.js'
import { isList, isObject, type Json, type JsonObject } from './json.js'
import { OperationFault, wrongForm } from './operation-fault.js'
import { pointerTo } from './pointer.js'
import type { ReadingContext } from './reading-context.js'
import type { Place } from './references.js'
import type { SecuritySchemes } from './security-schemes.js'
import type {
  OpenApiSecurityScheme,
  OperationSecurity,
  SecurityAlternative,
} from './security-types.js'
import { shown, shownList } from './shown.js'

/** A list of requirements, of an operation or of the document. */
export interface SecurityPlace extends Place {
  readonly source: 'operation' | 'document'
}

export interface RequirementContext extends ReadingContext {
  readonly schemes: SecuritySchemes
  readonly optional: 'require' | 'allow'
  /** For messages: `POST /bookings`. */
  readonly operation: string
}

/** One requirement object, read. */
type Requirement =
  | { readonly kind: 'usable'; readonly strong: boolean; readonly alternative: SecurityAlternative }
  | { readonly kind: 'unusable'; readonly labels: readonly string[] }
  | { readonly kind: 'wrong'; readonly fault: OperationFault }
  | { readonly kind: 'none'; readonly pointer: string }

/**
 * Reads a `security` list: any of its requirements is enough, and the schemes of one are wanted together.
 *
 * A requirement counts if the user's token satisfies each of its schemes. One without `oauth2` or `openIdConnect` counts
 * only if none with such a scheme does. One that is wrong is a warning beside one that counts, and the operation's fault
 * otherwise. Throws `OperationFault` if nothing counts.
 */
export function readSecurity(
  context: RequirementContext,
  { value, pointer, source }: SecurityPlace,
): OperationSecurity {
  if (!isList(value)) throw wrongForm(pointer, 'security', 'a list')
  const requirements = value.map((entry, index) =>
    readRequirement(context, entry, pointerTo(pointer, index)),
  )
  const open = requirements.find(({ kind }) => kind === 'none')
  const usable = requirements.flatMap((one) => (one.kind === 'usable' ? [one] : []))
  const strong = usable.filter((one) => one.strong)
  const alternatives = distinct((strong.length > 0 ? strong : usable).map((one) => one.alternative))
  const wrong = requirements.flatMap((one) => (one.kind === 'wrong' ? [one.fault] : []))
  if (alternatives.length > 0) {
    for (const fault of wrong) warn(context, fault)
    const optional = open !== undefined && context.optional === 'allow'
    return { source, alternatives, public: false, optional }
  }
  const [fault] = wrong
  if (fault !== undefined) throw fault
  if (value.length > 0 && open === undefined) throw unusable(requirements, pointer)
  const nothing = { api: [], schemes: [], pointer: open?.kind === 'none' ? open.pointer : pointer }
  return { source, alternatives: [nothing], public: true, optional: false }
}

function readRequirement(context: RequirementContext, value: Json, pointer: string): Requirement {
  if (!isObject(value)) {
    return { kind: 'wrong', fault: wrongForm(pointer, 'A security requirement', 'an object') }
  }
  const names = Object.keys(value)
  if (names.length === 0) return { kind: 'none', pointer }
  try {
    const schemes = names.map((name) => ({ name, scheme: schemeOf(context, name, pointer) }))
    const foreign = schemes.filter(({ scheme }) => scheme.satisfied === 'no')
    if (foreign.length > 0) {
      const labels = foreign.map(({ scheme }) => `${shown(scheme.name)} (${scheme.label})`)
      return { kind: 'unusable', labels }
    }
    const scopes = schemes.map((one) => scopesOf(context, { ...one, value, pointer }))
    const api = unionScopes(...scopes).filter((scope) => !isIdentityScope(scope))
    const strong = schemes.some(({ scheme }) => scheme.satisfied === 'yes')
    return { kind: 'usable', strong, alternative: { api, schemes: names, pointer } }
  } catch (error) {
    if (error instanceof OperationFault) return { kind: 'wrong', fault: error }
    throw error
  }
}

function schemeOf(
  { schemes, operation }: RequirementContext,
  name: string,
  pointer: string,
): OpenApiSecurityScheme {
  const found = schemes.find(name)
  if (!('unknown' in found)) return found
  const { reason, cure } = found.unknown
  throw new OperationFault({
    code: 'security_scheme',
    pointer: pointerTo(pointer, name),
    reason: `${operation} requires ${reason}`,
    cure,
  })
}

interface SchemeUse {
  readonly name: string
  readonly scheme: OpenApiSecurityScheme
  readonly value: JsonObject
  readonly pointer: string
}

/** The scopes that a requirement asks for; of other schemes than OAuth's these are roles, and no scopes. */
function scopesOf(context: RequirementContext, use: SchemeUse): readonly string[] {
  const { name, scheme, value } = use
  const pointer = pointerTo(use.pointer, name)
  const listed = value[name] ?? []
  if (!isList(listed)) throw wrongForm(pointer, `The list of scopes of ${shown(name)}`, 'a list')
  if (scheme.type !== 'oauth2' && scheme.type !== 'openIdConnect') return []
  return listed.map((scope, index) => {
    const at = pointerTo(pointer, index)
    if (typeof scope !== 'string') throw wrongForm(at, 'A scope', 'a text')
    assertScope(scope, at, context.operation)
    if (scheme.scopes.size > 0 && !scheme.scopes.has(scope) && !isIdentityScope(scope)) {
      addUnlistedScope(context, { scope, scheme, pointer: at })
    }
    return scope
  })
}

/** Throws `OperationFault` unless `scope` is one scope token (RFC 6749 §3.3). */
export function assertScope(scope: string, pointer: string, operation: string): void {
  if (isScopeToken(scope)) return
  const spaced = /^\S+(?:\s+\S+)+$/.test(scope)
  const why =
    scope === '' ? 'it is empty' : `it has ${spaced ? 'a space' : 'a forbidden character'}`
  throw new OperationFault({
    code: 'scope',
    pointer,
    reason: `${operation}: "${shown(scope)}" is no scope: ${why}`,
    cure: spaced
      ? `Write ${scope.split(/\s+/).length === 2 ? 'two' : 'several'} entries`
      : 'Correct it',
  })
}

/** Of a scheme; more scopes than this are not searched for the one that was meant. */
const MOST_COMPARED = 100

function addUnlistedScope(
  { faults, operation }: RequirementContext,
  {
    scope,
    scheme,
    pointer,
  }: { readonly scope: string; readonly scheme: OpenApiSecurityScheme; readonly pointer: string },
): void {
  // The work grows with the product of both lists.
  const near =
    scheme.scopes.size > MOST_COMPARED ? undefined : nearestName(scope, [...scheme.scopes.keys()])
  const hint = near === undefined ? '' : `. Did you mean ${shown(near)}?`
  faults.add({
    code: 'scope',
    severity: 'warning',
    pointer,
    message: `${operation} asks for ${shown(scope)}, which ${shown(scheme.name)} does not list${hint}`,
    cure: 'Correct the scope, or add it to the scheme',
  })
}

/** Two requirements that ask for the same scopes are one; the first stays. */
function distinct(alternatives: readonly SecurityAlternative[]): readonly SecurityAlternative[] {
  const bySet = new Map<string, SecurityAlternative>()
  for (const alternative of alternatives) {
    const key = [...alternative.api].sort().join(' ')
    if (!bySet.has(key)) bySet.set(key, alternative)
  }
  return [...bySet.values()]
}

function warn({ faults }: RequirementContext, { exclusion }: OperationFault): void {
  const { pointer, reason, cure } = exclusion
  const code = exclusion.code === 'scope' || exclusion.code === 'security_scheme'
  faults.add({
    code: code ? exclusion.code : 'structure',
    severity: 'warning',
    pointer,
    message: `${reason}. This alternative does not count`,
    cure,
  })
}

function unusable(requirements: readonly Requirement[], pointer: string): OperationFault {
  const labels = requirements.flatMap((one) => (one.kind === 'unusable' ? one.labels : []))
  return new OperationFault({
    code: 'security_unusable',
    kind: 'unsupported',
    pointer,
    reason: `Each alternative wants more than the user's token: ${shownList([...new Set(labels)])}`,
    cure: 'Let the operation accept OAuth 2.0, or name the schemes that are taken care of elsewhere',
  })
}
