import type { Config } from '../config/config.js'
import { warnOfSettingsFile } from '../config/settings-file-doubts.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { unionScopes } from '../scopes.js'
import { warnOfScopesOfNoTool } from '../tools/scopes-of-no-tool.js'
import { warnOfCertificate } from './certificate-warning.js'
import { tellDocuments } from './document-log.js'
import { tellListed } from './listed-tools.js'
import type { ConfiguredTools } from './tools-of-config.js'

/** Scopes that one line names. */
const MAX_SCOPES = 20

/** Logs, once at the start, what tools there are, and settings that are no issue and surely not meant. */
export function warnAtStart(config: Config, made: ConfiguredTools, log: Logger): void {
  warnOfSettingsFile(config.settingsFile, log)
  warnOfIdentityProvider(config.identityProvider, log)
  reportIgnoredScopes(config.exchange.ignoredScopes, log)
  warnOfCertificate(config.exchange, log)
  tellDocuments(made.documents, log)
  reportWithheld(made, log)
  const { baselineScopes } = config.resource
  const { scopeHierarchy } = config.access
  const origins = { baselineScopes: 'MCP_BASELINE_SCOPES', scopeHierarchy: 'SCOPE_HIERARCHY' }
  const { all: tools } = made
  warnOfScopesOfNoTool({ baselineScopes, scopeHierarchy }, { tools, origins }, log)
  if (made.documents.length > 0) tellListed(config, made, log)
}

/** Each by its name, but for those of a document, which may be hundreds. */
export function reportWithheld({ withheld, documents }: ConfiguredTools, log: Logger): void {
  const told = new Set<string>()
  for (const { api, tools } of documents) {
    const names = new Set(tools.map(({ name }) => name))
    const ofApi = withheld.filter(({ name }) => names.has(name))
    if (ofApi.length === 0) continue
    for (const { name } of ofApi) told.add(name)
    const missing = unionScopes(...ofApi.map((one) => one.missing)).toSorted()
    logEvent(log, 'warn', {
      event: 'operations_not_offered',
      api,
      operations: ofApi.length,
      scopes: missing.length,
      missing: missing.slice(0, MAX_SCOPES),
      hint: `${ofApi.length} operations of the API ${api} are no tools: MCP_AUTH0_EXCHANGE_SCOPE lacks scopes that they need at the API (${missing.length}). Add those that you want there, or remove the setting.`,
    })
  }
  for (const { name: tool, missing } of withheld) {
    if (told.has(tool)) continue
    logEvent(log, 'warn', {
      event: 'tool_not_offered',
      tool,
      missing,
      hint: `The tool ${tool} is not offered: MCP_AUTH0_EXCHANGE_SCOPE lacks ${missing.join(' ')}, which it needs at the API. Add it there, or remove the setting.`,
    })
  }
}

/** The wrong habits would refuse every token, or every exchange. */
function warnOfIdentityProvider(
  { name, title, contradicts }: Config['identityProvider'],
  log: Logger,
): void {
  if (contradicts === undefined) return
  logEvent(log, 'warn', {
    event: 'identity_provider_doubtful',
    identityProvider: name,
    hint: `IDENTITY_PROVIDER says ${title}, and the issuer is one of ${contradicts}. Correct the setting, or remove it: then the identity provider is found from the issuer.`,
  })
}

function reportIgnoredScopes(ignored: readonly string[], log: Logger): void {
  if (ignored.length === 0) return
  logEvent(log, 'warn', {
    event: 'exchange_scopes_ignored',
    ignored,
    hint: `Remove ${ignored.join(' ')} from MCP_AUTH0_EXCHANGE_SCOPE: these belong to a sign-in. An exchange has no refresh token and no id token to give.`,
  })
}
