import { documentName } from '../../../src/config/apis-config.js'
import type { Config } from '../../../src/config/config.js'
import { printable } from '../../printable.js'

/**
 * The `setup` command that makes the scopes of an API: with its OpenAPI document where it has one, and with `otherwise`, an
 * option that takes the scopes (or nothing), where it has none. `api`: its name; `undefined`: of the only API with a document.
 */
export function setupCommand(
  { apis }: Pick<Config, 'apis'>,
  otherwise: string,
  api?: string,
): string {
  const chosen = api === undefined ? Object.values(apis) : [apis[api]]
  const [openapi, ...others] = chosen.flatMap((one) => one?.openapi ?? [])
  if (openapi === undefined || others.length > 0) {
    return `mcp-on-behalf-of setup ${otherwise}`.trimEnd()
  }
  const { documentName: document, curation, overlays = [] } = openapi
  const words = [
    ...['mcp-on-behalf-of setup --openapi', printable(document)],
    ...(typeof curation === 'string' ? ['--curation', printable(curation)] : []),
    ...overlays.flatMap((overlay) => ['--overlay', printable(documentName(overlay))]),
  ]
  return words.join(' ')
}
