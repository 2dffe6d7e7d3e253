import type { Config } from '../config/config.js'
import { assertAppOptions, type AppOptions } from './app.js'
import { assertLimitsKnown } from './limits-known.js'
import { assertPublicToolsKnown } from './public-tools-known.js'
import type { ConfiguredTools } from './tools-of-config.js'

/** Throws what is wrong with settings and tools together. */
export function assertToolsFit(
  config: Config,
  options: Omit<AppOptions, 'tools'>,
  { all: tools, baselineScopes }: ConfiguredTools,
): void {
  assertLimitsKnown(config, tools)
  assertPublicToolsKnown(config, tools)
  assertAppOptions('composeServer', { ...options, baselineScopes, tools })
}
