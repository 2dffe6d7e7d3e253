import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../clients/parts/free-port.js'
import { INSPECTOR } from '../../clients/parts/inspector-cli.js'
import { TOOLBOX, TOOLBOX_NODE } from '../../clients/parts/toolbox.js'
import type { RealClient, RealOutcome } from './real-outcome.js'

interface Program {
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** What it writes when it has connected. */
  readonly connected: string
}

/** `mcp-remote` as a desktop application starts it. */
export const mcpRemote: RealClient = (endpoint) =>
  runProgram((home) => ({
    args: [join(TOOLBOX, 'mcp-remote/dist/proxy.js'), endpoint],
    environment: { MCP_REMOTE_CONFIG_DIR: home },
    connected: 'Proxy established successfully',
  }))

/** The Inspector's command line. */
export const inspector: RealClient = async (endpoint) => {
  const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`
  return runProgram(() => ({
    args: [
      ...[INSPECTOR, '--cli', endpoint, '--transport', 'http', '--callback-url', callback],
      ...['--format', 'json', '--method', 'tools/list'],
    ],
    environment: { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' },
    connected: '"tools"',
  }))
}

/** Runs a program until it opens a browser, says that it has connected, or ends. */
async function runProgram(programOf: (home: string) => Program): Promise<RealOutcome> {
  const home = await mkdtemp(join(tmpdir(), 'connector-agreement-'))
  const desk = createServer()
  desk.listen(0, '127.0.0.1')
  await once(desk, 'listening')
  const { port } = desk.address() as AddressInfo
  const browser = join(home, 'browser')
  await writeFile(browser, browserScript(port))
  await chmod(browser, 0o700)
  const { args, environment, connected } = programOf(home)
  const child = spawn(TOOLBOX_NODE, args, {
    env: { PATH: '/usr/bin:/bin', HOME: home, BROWSER: browser, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const said = new Promise<RealOutcome>((resolve) => {
    let text = ''
    const listen = (chunk: Buffer): void => {
      text += chunk.toString()
      if (text.includes(connected)) resolve('open')
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
  })
  try {
    return await Promise.race([
      once(desk, 'request').then((): RealOutcome => 'page'),
      said,
      once(child, 'close').then((): RealOutcome => 'fails'),
    ])
  } finally {
    child.kill('SIGKILL')
    desk.closeAllConnections()
    desk.close()
    await rm(home, { recursive: true, force: true })
  }
}

/** `xdg-open` asks the `BROWSER` of the environment first. */
function browserScript(port: number): string {
  return `#!${process.execPath}
const { get } = require('node:http')
get('http://127.0.0.1:${port}/').on('error', () => process.exit(1))
`
}
