import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { createBrowserStandIn } from './browser-stand-in.js'
import type { Connect } from './connected-client.js'
import { freePort } from './free-port.js'
import { toolAnswer } from './tool-answer.js'
import { TOOLBOX, TOOLBOX_NODE } from './toolbox.js'

export const INSPECTOR = join(
  TOOLBOX,
  '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
)

const OUTPUT = z.object({ result: z.unknown() })
const TOOLS = z.object({ tools: z.array(z.object({ name: z.string() })) })

export interface InspectorCliOptions {
  readonly era: 'legacy' | 'modern'
  /** Where it reads of the server: the command line, or a file in which the server has an `oauth` member. */
  readonly from: 'command line' | 'configuration'
}

/**
 * The Inspector's command line: each call is a process of its own, and they share what is in its home. The
 * question whether to ask for more scopes is answered with yes.
 */
export function inspectorCli({ era, from }: InspectorCliOptions): Connect {
  return async function connect({ endpoint, person }) {
    const browser = await createBrowserStandIn(person)
    // A step-up names the callback before it listens there: 0 would stay 0.
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`
    const configuration = join(browser.home, 'servers.json')
    const server = { type: 'streamable-http', url: endpoint.href, protocolEra: era }
    await writeFile(
      configuration,
      JSON.stringify({
        mcpServers: { ours: { ...server, oauth: { authorizationParams: { ui_locales: 'en' } } } },
      }),
    )
    const where =
      from === 'command line'
        ? [endpoint.href, '--transport', 'http', '--protocol-era', era]
        : ['--config', configuration, '--server', 'ours']

    const run = async (...args: readonly string[]): Promise<unknown> => {
      const child = spawn(
        TOOLBOX_NODE,
        [
          ...[INSPECTOR, '--cli', ...where, '--callback-url', callback],
          ...['--format', 'json', ...args],
        ],
        {
          env: {
            ...browser.environment,
            MCP_AUTO_OPEN_ENABLED: 'true',
            MCP_INSPECTOR_SECRET_STORE: 'file',
          },
        },
      )
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      child.stdin.end('y\n')
      try {
        const [code] = (await Promise.race([once(child, 'close'), browser.failed])) as [unknown]
        if (code !== 0) throw new Error(`the Inspector ended with ${String(code)}:\n${stderr}`)
        return OUTPUT.parse(JSON.parse(stdout)).result
      } finally {
        child.kill('SIGKILL')
      }
    }
    return {
      listTools: async () =>
        TOOLS.parse(await run('--method', 'tools/list')).tools.map(({ name }) => name),
      callTool: async (name, args = {}) =>
        toolAnswer(
          await run(
            ...['--method', 'tools/call', '--tool-name', name],
            ...['--tool-args-json', JSON.stringify(args)],
          ),
        ),
      close: () => browser.close(),
    }
  }
}
