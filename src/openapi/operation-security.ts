import { isIdentityScope, unionScopes } from '../scopes.js'
import { member } from './json.js'
import { OperationFault } from './operation-fault.js'
import type { OperationHead } from './operation.js'
import { pointerTo } from './pointer.js'
import { assertScope, readSecurity, type RequirementContext } from './security.js'
import type { Place } from './references.js'
import type { OperationSecurity, SecurityOptions } from './security-types.js'
import { shown } from './shown.js'

/** What decides about an operation's security, from the strongest to the weakest. */
export interface SecurityQuestion {
  readonly head: OperationHead
  readonly operation: Place
  /** `x-mcp.scopes`. */
  readonly curated: { readonly scopes: readonly string[]; readonly pointer: string } | undefined
}

/** Says what an operation needs: by the option, by its extension, by its requirement, by that of the document, or by `missing`. */
export function operationSecurity(
  context: Omit<RequirementContext, 'operation' | 'optional'>,
  { head, operation, curated }: SecurityQuestion,
  options: SecurityOptions,
): OperationSecurity {
  const { method, path, operationId } = head
  const name = `${method} ${shown(path)}`
  const given = options.scopesOf?.({ method, path, operationId })
  if (given !== undefined) return fixed('option', given, { name, pointer: head.pointer })
  if (curated !== undefined) {
    return fixed('extension', curated.scopes, { name, pointer: curated.pointer })
  }
  const whole = { ...context, operation: name, optional: options.optional ?? 'require' }
  const own = member(operation.value, 'security')
  if (own !== undefined) {
    const pointer = pointerTo(operation.pointer, 'security')
    return readSecurity(whole, { value: own, pointer, source: 'operation' })
  }
  const shared = member(context.root, 'security')
  if (shared !== undefined) {
    return readSecurity(whole, { value: shared, pointer: '#/security', source: 'document' })
  }
  return missingSecurity(options.missing ?? 'fault', head)
}

/** The words for operations that do not say what they need. */
export const SECURITY_MISSING_CURE =
  'Set OPENAPI_SCOPES_MISSING="read=read:api write=write:api", or none if a sign-in is enough'

function missingSecurity(
  missing: NonNullable<SecurityOptions['missing']>,
  { method, path, pointer }: OperationHead,
): OperationSecurity {
  const name = `${method} ${shown(path)}`
  if (missing === 'none') return fixed('missing', [], { name, pointer })
  if (missing === 'fault') {
    const reason = `${name} does not say which scopes it needs, and the document has no security`
    throw new OperationFault({
      code: 'security_missing',
      pointer,
      reason,
      cure: SECURITY_MISSING_CURE,
    })
  }
  const reads = ['GET', 'HEAD', 'OPTIONS', 'QUERY'].includes(method)
  return fixed('missing', reads ? missing.read : missing.write, { name, pointer })
}

function fixed(
  source: OperationSecurity['source'],
  scopes: readonly string[],
  { name, pointer }: { readonly name: string; readonly pointer: string },
): OperationSecurity {
  for (const scope of scopes) assertScope(scope, pointer, name)
  const api = unionScopes(scopes).filter((scope) => !isIdentityScope(scope))
  return {
    source,
    alternatives: [{ api, schemes: [], pointer }],
    public: false,
    optional: false,
  }
}
