import type { Config } from '../config/config.js'
import { ConfigError } from '../config/config-error.js'
import { counted } from '../config/counted.js'
import type { ConfiguredTools } from './tools-of-config.js'

/**
 * Throws a `ConfigError` where the documents of a server leave it without any tool. Tools that the exchange ceiling withholds
 * count as tools: the log names them.
 */
export function assertSomeTools(
  { apis }: Pick<Config, 'apis'>,
  { all, documents }: Pick<ConfiguredTools, 'all' | 'documents'>,
): void {
  if (all.length > 0 || documents.length === 0) return
  throw new ConfigError(
    documents.map(({ api, document, report, excluded: [first] }) => {
      const operations = counted(report.document.operations, 'operation')
      const why =
        first === undefined
          ? 'Add operations to the document'
          : `${first.method.toUpperCase()} ${first.path}: ${first.reason}. ${first.cure}`
      return {
        key: `${apis[api]?.names.api ?? api} (${document})`,
        hint: `leaves this server without any tool: none of its ${operations} becomes one. ${why}`,
      }
    }),
  )
}
