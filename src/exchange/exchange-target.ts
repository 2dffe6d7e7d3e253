import type { ExchangeManner } from './exchange-manner.js'

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
