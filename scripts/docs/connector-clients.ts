import { profilesOf } from '../../cli/doctor/connector/profiles/client-profiles.js'
import type { ClientProfile } from '../../cli/doctor/connector/profiles/client-profile.js'

/** The clients that `doctor --connector` knows, and where they differ. */
export function connectorClients(): string {
  const head = [
    '| `--client` | client | known from | resource | PKCE | registers by |',
    '| - | - | - | - | - | - |',
  ]
  const rows = profilesOf([], { origin: 'https://app.example.com' }).map(row)
  return [...head, ...rows].join('\n')
}

function row({ name, title, basis, resource, pkce, registration }: ClientProfile): string {
  const known = basis.kind === 'run' ? `tests, ${basis.version}` : 'reports'
  const compares = resource === 'exact' ? 'byte for byte' : 'origin and beginning of the path'
  const needs = pkce === 'listed' ? 'S256 has to be listed' : 'S256 must not be missing in the list'
  const ways = registration.map((way) => WAYS[way]).join(', ')
  return `| \`${name}\` | ${title} | ${known} | ${compares} | ${needs} | ${ways} |`
}

const WAYS = { document: 'metadata document', dynamic: 'dynamic registration' }
