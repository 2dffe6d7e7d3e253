import type { OpenApiReport } from '../../src/openapi-tools/openapi-tools.js'
import { neededScopes, type NeededScope } from './needed-scopes.js'
import { textTable } from './text-table.js'

/** What must exist at the authorization server: scopes of this server's API and of the protected API, with descriptions. */
export function scopesText(report: OpenApiReport): string {
  const { server, api } = neededScopes(report)
  return [
    'scopes of this server (the API that AUTH0_AUDIENCE names)\n',
    listed(server),
    'scopes of the API (the API that API_AUTH0_AUDIENCE names); the client of this server needs a grant for them\n',
    listed(api),
  ].join('')
}

function listed(scopes: readonly NeededScope[]): string {
  if (scopes.length === 0) return '  none\n'
  return textTable(
    scopes.map(({ name, tools, description }) => [
      name,
      `${tools} ${tools === 1 ? 'tool' : 'tools'}`,
      description,
    ]),
  )
}
