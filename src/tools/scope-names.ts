import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { isIdentityScope, scopePrefix } from '../scopes.js'

/** Writes scopes as clients have to ask for them. */
export type ScopeNames = (scopes: readonly string[]) => readonly string[]

/** What `createScopeNames` needs. */
export interface ScopeNamesOptions {
  /** As in `CallerPolicy.scopePrefix`. Default: none, every scope stays as it is. */
  readonly prefix?: string | undefined
  /** The scopes of this server, without the prefix. */
  readonly own: readonly string[]
}

const OPTIONS = optionsSchema<ScopeNamesOptions>({
  prefix: optionValues.text('the beginning of a scope').optional(),
  own: optionValues.texts('a scope'),
})

/**
 * Creates the translation of scopes to the names under which the authorization server grants them: with the prefix in
 * front.
 *
 * Sign-in scopes (`openid`, …) stay as they are. With a prefix, a scope that is neither this server's nor a sign-in
 * scope is left out.
 *
 * @category Tools and sessions
 */
export function createScopeNames(options: ScopeNamesOptions): ScopeNames {
  assertOptions('createScopeNames', OPTIONS, options)
  const { prefix, own } = options
  if (prefix === undefined) return (scopes) => scopes
  const whole = scopePrefix(prefix)
  const known = new Set(own)
  return (scopes) =>
    scopes.flatMap((scope) => {
      if (isIdentityScope(scope) || scope.startsWith(whole)) return [scope]
      return known.has(scope) ? [`${whole}${scope}`] : []
    })
}
