import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ServeProcess } from '../helpers/serve-process.js'

const SETTINGS = {
  ISSUER_BASE_URL: 'https://issuer.example/',
  AUTH0_AUDIENCE: 'http://localhost:3001/mcp',
  MCP_AUTH0_CLIENT_ID: 'mcp-server',
  MCP_AUTH0_CLIENT_SECRET: 'secret-of-the-mcp-server',
  API_AUTH0_AUDIENCE: 'https://api.example/',
  API_BASE_URL: 'https://api.example',
  ...{ PORT: '0', MCP_SERVER_URL: 'http://localhost:3001' },
}

/** A directory of which a process takes `entry` for the package of Cedar. */
function packageOf(files: Readonly<Record<string, string>>, entry: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'cedar-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true })
  })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  const isFile = entry in files
  const target = isFile ? pathToFileURL(join(directory, entry)).href : entry
  const resolve = `export const resolve = (specifier, context, next) =>
    next(specifier === '@cedar-policy/cedar-wasm/nodejs' ? ${JSON.stringify(target)} : specifier, context)`
  const hooks = `data:text/javascript,${encodeURIComponent(resolve)}`
  const hook = join(directory, 'hook.mjs')
  writeFileSync(
    hook,
    `import { register } from 'node:module'\nregister(${JSON.stringify(hooks)})\n`,
  )
  return `--import=${pathToFileURL(hook).href}`
}

test.each<readonly [string, Readonly<Record<string, string>>, string, RegExp]>([
  ['is not installed', {}, 'no-such-package', /POLICY_FILE.* is not installed\. Run: npm install/],
  [
    'lacks a file',
    { 'entry.mjs': `import './gone.mjs'` },
    'entry.mjs',
    /POLICY_FILE.* is installed and cannot be loaded \(.*gone\.mjs.*\)\. Install it again/,
  ],
  [
    'fails while it is loaded',
    { 'entry.mjs': `throw new Error('the WebAssembly is broken')` },
    'entry.mjs',
    /POLICY_FILE.* is installed and cannot be loaded \(the WebAssembly is broken\)\. Install it again/,
  ],
])(
  'a server whose package of Cedar %s does not start, and says so',
  async (_name, files, entry, text) => {
    const process = new ServeProcess({
      ...SETTINGS,
      POLICY_FILE: 'examples/policies/bookings.cedar',
      NODE_OPTIONS: packageOf(files, entry),
    })
    expect(await process.ended()).toBe(1)
    expect(process.stderr.join('\n')).toMatch(text)
    expect(process.stderr.join('\n')).not.toMatch(/^\s+at /m)
  },
)
