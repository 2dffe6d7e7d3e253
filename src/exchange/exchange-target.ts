import { isDeepStrictEqual } from 'node:util'
import type { OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { MANNER_VALUES, STANDARD_MANNER, type ExchangeManner } from './exchange-manner.js'

/** How tokens for one API are exchanged, where it is not as for the others. */
export type ExchangeTarget = {
  readonly [Member in keyof ExchangeManner]?: ExchangeManner[Member] | undefined
} & {
  /** The issuer at which tokens for this API are exchanged, and whose tokens come back. */
  readonly issuer?: string | undefined
  /** What is sent to name the API. Default: its audience alone. */
  readonly audiences?: readonly string[] | undefined
  /** What a token for the API may have as its one audience. Default: the API's audience. */
  readonly expectedAudiences?: readonly string[] | undefined
}

/** An `ExchangeTarget` with every default in its place. Frozen. */
export interface ResolvedTarget extends ExchangeManner {
  readonly issuer?: string | undefined
  readonly audiences: readonly string[]
  readonly expectedAudiences: readonly string[]
}

/** The members of an `ExchangeManner` that may be set for all APIs together. */
export type MannerSettings = Pick<
  ExchangeTarget,
  | 'targetParameter'
  | 'requestedTokenType'
  | 'actorToken'
  | 'issuedTokenType'
  | 'actorCheck'
  | 'scopeRequest'
  | 'scopeCase'
>

const { oneOf, text, texts } = optionValues

/** The schemas of `MannerSettings`. */
export const MANNER_SHAPE = {
  targetParameter: oneOf(...MANNER_VALUES.targetParameter).optional(),
  requestedTokenType: oneOf(...MANNER_VALUES.requestedTokenType).optional(),
  actorToken: oneOf(...MANNER_VALUES.actorToken).optional(),
  issuedTokenType: oneOf(...MANNER_VALUES.issuedTokenType).optional(),
  actorCheck: oneOf(...MANNER_VALUES.actorCheck).optional(),
  scopeRequest: oneOf(...MANNER_VALUES.scopeRequest).optional(),
  scopeCase: oneOf(...MANNER_VALUES.scopeCase).optional(),
} satisfies OptionsShape<MannerSettings>

/** The schemas of an `ExchangeTarget`. */
export const EXCHANGE_TARGET_SHAPE = {
  ...MANNER_SHAPE,
  scopePrefix: text('the beginning of a scope').optional(),
  scopeClaim: text('the name of a claim').optional(),
  opaqueHeader: text('the name of a header parameter').optional(),
  issuer: text('an issuer identifier').optional(),
  audiences: texts('an audience').min(1, 'must name an audience').optional(),
  expectedAudiences: texts('an audience').min(1, 'must name an audience').optional(),
} satisfies OptionsShape<ExchangeTarget>

const MANNER_NAMES = Object.keys(MANNER_VALUES) as readonly (keyof MannerSettings)[]

/** Those members alone, of whatever has them. */
export function mannerSettings(settings: MannerSettings): MannerSettings {
  return Object.fromEntries(MANNER_NAMES.map((name) => [name, settings[name]]))
}

/** How tokens for an API are exchanged where nothing is said of it. */
export function standardTarget(audience: string): ResolvedTarget {
  return { ...STANDARD_MANNER, audiences: [audience], expectedAudiences: [audience] }
}

/** An `ExchangeTarget` out of layers, of which the later ones count more. */
export function resolveTarget(
  audience: string,
  ...layers: readonly (ExchangeTarget | undefined)[]
): ResolvedTarget {
  const said: readonly object[] = layers.map((layer) => withoutUndefined(layer ?? {}))
  const target = Object.assign({}, standardTarget(audience), ...said) as ResolvedTarget
  return Object.freeze(target)
}

/** Whether a target says nothing but what holds anyway. */
export function isStandardTarget(target: ResolvedTarget, audience: string): boolean {
  return isDeepStrictEqual({ ...target }, { ...standardTarget(audience) })
}
