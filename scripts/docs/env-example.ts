import { SETTINGS, type SettingName } from '../../src/config/settings.js'
import type { Setting } from '../../src/config/setting.js'
import { identifies } from './setting-theme.js'
import { wrapped } from './wrapped.js'

const HEADING = [
  '# Copy to .env and fill in. Without any of the settings marked (*), `npm start` runs the development set-up:',
  '# authorization server, API and MCP server on this machine, nothing to register.',
  "# The names are those of Auth0's quickstart, whose .env starts this server. An empty value counts as absent.",
  '# Written by `npm run docs` out of src/config/; docs/configuration.md says the same with more room.',
].join('\n')

/** Settings without a default whose example is the value of Auth0's quickstart: there for the taking. */
const QUICKSTART: ReadonlySet<string> = new Set<SettingName>([
  'AUTH0_AUDIENCE',
  'MCP_AUTH0_EXCHANGE_SCOPE',
  'API_AUTH0_AUDIENCE',
  'API_BASE_URL',
  'MCP_SERVER_URL',
])

/** Writes `.env.example`: every setting with what it means, its default, and a value to begin with. */
export function envExample(): string {
  const parts = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => {
    const { description, fallback, absent = '', example } = setting
    const marked = identifies(name) ? `(*) ${description}` : description
    const byDefault = fallback ?? absent
    const whole = byDefault === '' ? marked : `${marked} Default: ${byDefault}.`
    const value = fallback ?? (QUICKSTART.has(name) ? example : '')
    return `${wrapped(whole, 108).replace(/^/gm, '# ')}\n${name}=${value}`
  })
  return `${[HEADING, ...parts].join('\n\n')}\n`
}
