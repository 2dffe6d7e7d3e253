import { nearestName } from '../options/nearest-name.js'
import { isObject, member, textMember, type Json } from './json.js'
import { keysOf, pointerTo } from './pointer.js'
import type { ReadingContext } from './reading-context.js'
import type { Place } from './references.js'
import type { OpenApiSecurityScheme, SecurityOptions } from './security-types.js'
import { shown } from './shown.js'

/** The security schemes of a document. */
export interface SecuritySchemes {
  readonly all: readonly OpenApiSecurityScheme[]
  /** The scheme of a name, or (OpenAPI 3.2) of a URI in the document; else why there is none. */
  readonly find: (name: string) => OpenApiSecurityScheme | { readonly unknown: UnknownScheme }
}

export interface UnknownScheme {
  readonly reason: string
  readonly cure: string
}

/** Reads `components.securitySchemes`; what is wrong with one becomes a warning, and the scheme unknown. */
export function readSecuritySchemes(
  context: ReadingContext,
  options: SecurityOptions,
): SecuritySchemes {
  const listed = member(member(context.root, 'components'), 'securitySchemes')
  const pointer = '#/components/securitySchemes'
  const byName = new Map<string, OpenApiSecurityScheme>()
  for (const name of isObject(listed) ? Object.keys(listed) : []) {
    const place = { value: member(listed, name) ?? null, pointer: pointerTo(pointer, name) }
    const scheme = readScheme(context, { place, name }, options)
    if (scheme !== undefined) byName.set(name, scheme)
  }
  const known = isObject(listed) ? Object.keys(listed) : []
  return {
    all: [...byName.values()],
    find: (name) =>
      byName.get(name) ??
      byUri(context, name, options) ?? { unknown: unknownScheme(name, known, byName) },
  }
}

function byUri(
  context: ReadingContext,
  name: string,
  options: SecurityOptions,
): OpenApiSecurityScheme | undefined {
  if (context.version !== '3.2' || !name.includes('#/')) return undefined
  const place = { value: { $ref: name }, pointer: '#/security' }
  const followed = context.references.follow(place)
  if ('broken' in followed) return undefined
  const own = keysOf(followed.pointer)?.at(-1) ?? name
  return readScheme(context, { place: followed, name: own }, options)
}

function unknownScheme(
  name: string,
  known: readonly string[],
  usable: ReadonlyMap<string, unknown>,
): UnknownScheme {
  if (known.includes(name) && !usable.has(name)) {
    return {
      reason: `the security scheme ${shown(name)}, which cannot be read`,
      cure: 'Correct the scheme in components.securitySchemes',
    }
  }
  const near = nearestName(name, known)
  const hint = near === undefined ? '' : `. Did you mean ${shown(near)}?`
  return {
    reason: `the security scheme ${shown(name)}, which components.securitySchemes does not have${hint}`,
    cure: 'Correct the name, or add the scheme',
  }
}

interface NamedPlace {
  readonly place: Place
  readonly name: string
}

function readScheme(
  context: ReadingContext,
  { place, name }: NamedPlace,
  options: SecurityOptions,
): OpenApiSecurityScheme | undefined {
  const followed = context.references.follow(place)
  if ('broken' in followed) {
    const { reason, cure, pointer } = followed.broken
    warn(context, pointer, { reason: `The security scheme ${shown(name)}: ${reason}`, cure })
    return undefined
  }
  const { value, pointer } = followed
  const described = describe(value)
  if (described === undefined) {
    const reason = `The security scheme ${shown(name)} has no type that is known`
    const cure = 'Write type: oauth2, openIdConnect, http, apiKey or mutualTLS'
    warn(context, pointer, { reason, cure })
    return undefined
  }
  const { type, label, strength } = described
  const satisfied =
    options.schemes === undefined
      ? strength
      : options.schemes.includes(name)
        ? strength === 'yes'
          ? 'yes'
          : 'bearer'
        : 'no'
  return { name, type, label, satisfied, scopes: scopesOfFlows(value), pointer }
}

function warn(
  { faults }: ReadingContext,
  pointer: string,
  { reason, cure }: { readonly reason: string; readonly cure: string },
): void {
  faults.add({ code: 'security_scheme', severity: 'warning', pointer, message: reason, cure })
}

type Described = Pick<OpenApiSecurityScheme, 'type' | 'label'> & {
  readonly strength: OpenApiSecurityScheme['satisfied']
}

function describe(value: Json): Described | undefined {
  const type = textMember(value, 'type')
  switch (type) {
    case 'oauth2':
      return { type, label: 'OAuth 2.0', strength: 'yes' }
    case 'openIdConnect':
      return { type, label: 'OpenID Connect', strength: 'yes' }
    case 'mutualTLS':
      return { type, label: 'a client certificate', strength: 'no' }
    case 'http': {
      const scheme = textMember(value, 'scheme') ?? ''
      const bearer = scheme.toLowerCase() === 'bearer'
      return { type, label: `HTTP ${shown(scheme, 20)}`, strength: bearer ? 'bearer' : 'no' }
    }
    case 'apiKey': {
      const place = textMember(value, 'in') ?? 'request'
      const key = shown(textMember(value, 'name') ?? '', 40)
      return { type, label: `an API key in the ${shown(place, 10)} ${key}`, strength: 'no' }
    }
    case undefined:
    default:
      return undefined
  }
}

/** Of all flows: implicit, password, clientCredentials, authorizationCode, and (3.2) deviceAuthorization. */
function scopesOfFlows(value: Json): ReadonlyMap<string, string> {
  const flows = member(value, 'flows')
  const scopes = new Map<string, string>()
  for (const flow of isObject(flows) ? Object.keys(flows) : []) {
    const listed = member(member(flows, flow), 'scopes')
    for (const scope of isObject(listed) ? Object.keys(listed) : []) {
      if (!scopes.has(scope)) scopes.set(scope, textMember(listed, scope) ?? '')
    }
  }
  return scopes
}
