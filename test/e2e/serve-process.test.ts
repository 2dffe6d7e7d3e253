import { afterEach, describe, expect, test } from 'vitest'
import { serve } from '../../src/server/serve.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { ServeProcess } from '../helpers/serve-process.js'
import { GOOD } from '../unit/config/good-settings.js'

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
