import type { OpenApiReport } from '../../src/openapi-tools/openapi-tools.js'
import { unionScopes } from '../../src/scopes.js'
import { textTable } from './text-table.js'

/** What must exist at the authorization server: scopes of this server's API and of the protected API, with descriptions. */
export function scopesText({ document, tools }: OpenApiReport): string {
  const descriptions = new Map(document.scopes.map(({ name, description }) => [name, description]))
  const alternatives = tools.flatMap((tool) => tool.alternatives)
  const server = unionScopes(...alternatives.map((one) => one.server)).toSorted()
  const api = unionScopes(...alternatives.map((one) => one.api)).toSorted()
  // What a person who consents at this server reads is what happens at the API.
  const meaning = (scope: string): string => {
    const behind = alternatives.find((one) => one.server.includes(scope))?.api ?? []
    return (
      descriptions.get(scope) ?? behind.flatMap((one) => descriptions.get(one) ?? []).join('; ')
    )
  }
  return [
    'scopes of this server (the API that AUTH0_AUDIENCE names)\n',
    listed(server.map((scope) => [scope, countText(scope, 'server'), meaning(scope)])),
    'scopes of the API (the API that API_AUTH0_AUDIENCE names); the client of this server needs a grant for them\n',
    listed(api.map((scope) => [scope, countText(scope, 'api'), descriptions.get(scope) ?? ''])),
  ].join('')

  function countText(scope: string, hop: 'server' | 'api'): string {
    const needing = tools.filter((tool) =>
      tool.alternatives.some((one) => one[hop].includes(scope)),
    )
    return `${needing.length} ${needing.length === 1 ? 'tool' : 'tools'}`
  }
}

function listed(rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '  none\n' : textTable(rows)
}
