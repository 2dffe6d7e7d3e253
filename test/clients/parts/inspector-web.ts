import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { INSPECTOR } from './inspector-cli.js'
import { createBrowserStandIn } from './browser-stand-in.js'
import { freePort } from './free-port.js'
import type { Person } from './person.js'
import { TOOLBOX_NODE } from './toolbox.js'

export interface InspectorWeb {
  /** Where its page is, with the token that its own server wants. */
  readonly address: string
  close(): Promise<void>
}

/** Starts the Inspector's web server for one MCP server, as its documentation says, without opening a browser. */
export async function startInspectorWeb(
  endpoint: URL,
  era: 'legacy' | 'modern',
  person: Person,
): Promise<InspectorWeb> {
  const browser = await createBrowserStandIn(person)
  const child = spawn(
    TOOLBOX_NODE,
    [
      ...[INSPECTOR, '--web', '--transport', 'http', '--server-url', endpoint.href],
      ...['--protocol-era', era],
    ],
    {
      cwd: browser.home,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        ...browser.environment,
        CLIENT_PORT: String(await freePort()),
        MCP_SANDBOX_PORT: '0',
        MCP_AUTO_OPEN_ENABLED: 'false',
        MCP_INSPECTOR_SECRET_STORE: 'memory',
      },
    },
  )
  const exited = once(child, 'exit')
  const end = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
    await browser.close()
  }
  for await (const line of createInterface(child.stdout)) {
    const address = /http:\/\/\S+MCP_INSPECTOR_API_TOKEN=\S+/.exec(line)?.[0]
    if (address !== undefined) return { address, close: end }
  }
  await end()
  throw new Error('the Inspector ended before its page was up')
}
