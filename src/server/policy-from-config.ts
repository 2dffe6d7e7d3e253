import type { Config } from '../config/config.js'
import { ConfigError } from '../config/config-error.js'
import { createOpaPolicy } from '../policy/opa-policy.js'
import type { AppOptions } from './app.js'
import type { Connections } from './connections.js'
import type { ComposeOptions } from './from-config.js'

type PolicyOptions = Pick<AppOptions, 'policy' | 'policyTimeoutMs'>

/**
 * The policy of a configuration, or one of one's own. Throws a `ConfigError` where there are both: one of them would decide nothing.
 */
export function policyFromConfig(
  { policy: config, issuer }: Config,
  { policy, policyTimeoutMs }: Pick<ComposeOptions, 'policy' | 'policyTimeoutMs'>,
  connections: Pick<Connections, 'api'>,
): PolicyOptions {
  if (config === undefined) return { policy, policyTimeoutMs }
  const { url, token, timeoutMs } = config
  if (policy !== undefined) {
    const hint = 'is set, and this server has a policy of its own. Remove one of them'
    throw new ConfigError([{ key: 'POLICY_URL', hint }])
  }
  const { dangerouslyAllowHttp } = issuer
  return {
    policy: createOpaPolicy({ url, token, fetch: connections.api, dangerouslyAllowHttp }),
    policyTimeoutMs: policyTimeoutMs ?? timeoutMs,
  }
}
