import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { serve } from '../../src/server/serve.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { GOOD } from '../unit/config/good-settings.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

type LogLine = Readonly<Record<string, unknown>>

/** A server in a process of its own, and the lines of its log by their events. */
class ServeProcess {
  readonly child: ChildProcess
  readonly stderr: string[] = []
  readonly #lines: LogLine[] = []
  readonly #waiting = new Set<() => void>()

  constructor(environment: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'serve'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.child
    if (stdout === null || stderr === null) throw new Error('no pipes')
    createInterface({ input: stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#lines.push(JSON.parse(line) as LogLine)
      for (const look of this.#waiting) look()
    })
    createInterface({ input: stderr }).on('line', (line) => this.stderr.push(line))
  }

  /** Resolves with the line of an event, once it is there; rejects when the process ends before. */
  logged(event: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.#lines.find((line) => line['event'] === event)
        if (found === undefined) return
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
      this.child.once('close', () => {
        reject(new Error(`ended without ${event}: ${this.stderr.join('\n')}`))
      })
      look()
    })
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'close')
    return this.child.exitCode
  }
}

const SETTINGS = {
  ...(GOOD as Readonly<Record<string, string>>),
  PORT: '0',
  HOST: '127.0.0.1',
  MCP_SERVER_URL: 'http://localhost:3001',
}

describe('the process of the standalone server', () => {
  let running: ServeProcess | undefined

  afterEach(() => {
    running?.child.kill('SIGKILL')
    running = undefined
  })

  test('serves its metrics at the port of METRICS_PORT, and is no longer ready once it is told to stop, while it still answers', async () => {
    running = new ServeProcess({ ...SETTINGS, METRICS_PORT: '0', DRAIN_DELAY_SECONDS: '300' })
    const port = Number((await running.logged('listening'))['port'])
    const metrics = `http://127.0.0.1:${Number((await running.logged('metrics_listening'))['port'])}/metrics`
    const read = async (): Promise<string> => (await fetch(metrics)).text()
    expect(await read()).toContain('mcp_on_behalf_of_not_ready{reason="stopping"} 0')
    running.child.kill('SIGTERM')
    await running.logged('stopping')
    const probe = await fetch(`http://127.0.0.1:${port}/readyz`)
    const body = (await probe.json()) as { readonly reasons: readonly string[] }
    expect([probe.status, body.reasons]).toEqual([503, expect.arrayContaining(['stopping'])])
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    expect(await read()).toContain('mcp_on_behalf_of_not_ready{reason="stopping"} 1')
    // A second signal does not wait for the delay.
    running.child.kill('SIGTERM')
    expect(await running.ended()).toBe(1)
  })

  test('ends with code 0 after a stop without a delay, though its metrics were being served', async () => {
    running = new ServeProcess({ ...SETTINGS, METRICS_PORT: '0' })
    await running.logged('listening')
    running.child.kill('SIGTERM')
    expect(await running.ended()).toBe(0)
  })

  test('does not start where the port of the metrics is taken, and names the setting', async () => {
    const taken = await serve({ host: '127.0.0.1', port: 0 })
    closeWithTest(() => taken.close())
    running = new ServeProcess({ ...SETTINGS, METRICS_PORT: `${taken.port}` })
    expect(await running.ended()).toBe(1)
    expect(running.stderr.join('\n')).toContain(
      `Port ${taken.port} is in use. Stop what listens there, or set METRICS_PORT.`,
    )
  })
})
