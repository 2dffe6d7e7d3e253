import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import type { Person } from './person.js'

/** A folder and an environment for a program that opens a browser: the person reads what it opens. */
export interface BrowserStandIn {
  /** Home of the program: empty at the start, removed at the end. */
  readonly home: string
  /** All that the program gets to see of an environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Rejects when a sign-in goes wrong; a test races it against what it waits for. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/**
 * Stands in for the desktop's browser: `xdg-open` asks the `BROWSER` of the environment first, which is a
 * script that hands the address over to this process.
 */
export async function createBrowserStandIn(person: Person): Promise<BrowserStandIn> {
  const home = await mkdtemp(join(tmpdir(), 'mcp-client-'))
  let fail: (error: unknown) => void
  const failed = new Promise<never>((_, reject) => (fail = reject))
  failed.catch(() => undefined)
  const desk = createServer((request, response) => {
    const opened = new URL(request.url ?? '/', 'http://desk').searchParams.get('url') ?? ''
    // The program waits for its browser to start, not for what the person does there.
    response.end(() => {
      person.visit(new URL(opened)).catch((error: unknown) => {
        fail(error)
      })
    })
  })
  desk.listen(0, '127.0.0.1')
  await once(desk, 'listening')
  const { port } = desk.address() as AddressInfo
  const browser = join(home, 'browser')
  await writeFile(browser, browserScript(port))
  await chmod(browser, 0o700)
  return {
    home,
    environment: { PATH: '/usr/bin:/bin', HOME: home, BROWSER: browser },
    failed,
    async close() {
      desk.close()
      desk.closeAllConnections()
      await rm(home, { recursive: true, force: true })
    },
  }
}

function browserScript(port: number): string {
  return `#!${process.execPath}
const { get } = require('node:http')
get('http://127.0.0.1:${port}/?url=' + encodeURIComponent(process.argv[2])).on('error', () => process.exit(1))
`
}
