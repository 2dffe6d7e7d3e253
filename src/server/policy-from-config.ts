import type { Config } from '../config/config.js'
import { ConfigError } from '../config/config-error.js'
import { decodeText, UnreadableTextError } from '../config/decode-text.js'
import { CedarUnavailableError, loadCedar } from '../policy/cedar.js'
import { policyOfRules } from '../policy/cedar-decisions.js'
import { parseCedarRules } from '../policy/cedar-rules.js'
import { createOpaPolicy } from '../policy/opa-policy.js'
import type { Policy } from '../policy/policy.js'
import type { AppOptions } from './app.js'
import type { Connections } from './connections.js'
import { readFileWithin, UnreadDocumentError } from './read-document.js'

type PolicyOptions = Pick<AppOptions, 'policy' | 'policyTimeoutMs'>

/**
 * The policy of a configuration, or one of one's own. Rejects with a `ConfigError` where there are both, since one of them would decide
 * nothing, and for what is wrong with the file of the policies.
 */
export async function policyFromConfig(
  { policy: config, issuer }: Config,
  { policy, policyTimeoutMs }: PolicyOptions,
  connections: Pick<Connections, 'api'>,
): Promise<PolicyOptions> {
  if (config === undefined) return { policy, policyTimeoutMs }
  const { opa, cedarFile, timeoutMs } = config
  if (policy !== undefined) {
    const hint = 'is set, and this server has a policy of its own. Remove one of them'
    throw new ConfigError([{ key: opa === undefined ? 'POLICY_FILE' : 'POLICY_URL', hint }])
  }
  const { dangerouslyAllowHttp } = issuer
  const own =
    opa === undefined
      ? await cedarPolicy(cedarFile ?? '')
      : createOpaPolicy({ ...opa, fetch: connections.api, dangerouslyAllowHttp })
  return { policy: own, policyTimeoutMs: policyTimeoutMs ?? timeoutMs }
}

async function cedarPolicy(path: string): Promise<Policy> {
  const issue = (hint: string) => ({ key: 'POLICY_FILE', value: path, hint })
  const cedar = await loadCedar().catch((error: unknown) => {
    throw error instanceof CedarUnavailableError ? new ConfigError([issue(error.message)]) : error
  })
  const text = await readText(path).catch((error: unknown) => {
    throw error instanceof UnreadDocumentError ? new ConfigError([issue(error.message)]) : error
  })
  const { rules, faults } = parseCedarRules(cedar, text)
  if (faults.length === 0) return policyOfRules(cedar, rules)
  throw new ConfigError(
    faults.map(({ line, column, message }) => issue(`line ${line}, column ${column}: ${message}`)),
  )
}

async function readText(path: string): Promise<string> {
  const bytes = await readFileWithin(path)
  try {
    return decodeText(Buffer.from(bytes))
  } catch (error) {
    throw error instanceof UnreadableTextError ? new UnreadDocumentError(error.message) : error
  }
}
