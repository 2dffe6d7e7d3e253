import type { Config } from '../config/config.js'
import { assertAppOptions, type AppOptions } from './app.js'
import { assertLimitsKnown } from './limits-known.js'
import { assertPublicToolsKnown } from './public-tools-known.js'
import { assertSomeTools } from './some-tools.js'
import type { ConfiguredTools } from './tools-of-config.js'

/** Throws what is wrong with settings and tools together. */
export function assertToolsFit(
  config: Config,
  options: Omit<AppOptions, 'tools'>,
  configured: ConfiguredTools,
): void {
  const { all: tools, baselineScopes } = configured
  assertSomeTools(config, configured)
  assertLimitsKnown(config, tools)
  assertPublicToolsKnown(config, tools)
  assertAppOptions('composeServer', { ...options, baselineScopes, tools })
}
