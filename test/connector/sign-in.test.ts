import { expect, test } from 'vitest'
import { startStack } from '../../apps/development/start-stack.js'
import { person } from '../cli/sign-in-support.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { examine } from './examine.js'
import { OPEN_SERVER } from './open-server.js'
import { startWorld } from './world.js'

async function startDevelopment(): Promise<string> {
  const ports = { authorizationServer: 0, api: 0, mcp: 0 }
  const stack = await startStack({ ports, log: new RecordingLog() })
  closeWithTest(() => stack.close())
  return stack.endpoint.href
}

test('--sign-in goes on to the tools as the person at this machine, and calls the tool that was named', async () => {
  const args = ['--sign-in', '--tool', 'get_datetime', '--client', 'sdk-v2']
  const { report, exitCode } = await examine(await startDevelopment(), args, {
    openBrowser: person('alice'),
  })
  const verdicts = report.signedIn.map(({ check, verdict }) => [check, verdict])
  expect(verdicts).toEqual([
    ['sign_in.metadata', 'ok'],
    ['sign_in.client', 'ok'],
    ['sign_in.answer', 'ok'],
    ['sign_in.token', 'ok'],
    ['token.audience', 'ok'],
    ['mcp.initialize', 'ok'],
    ['mcp.tools', 'ok'],
    ['mcp.call', 'ok'],
  ])
  expect(report.signedIn.find(({ check }) => check === 'mcp.tools')?.message).toContain('greet')
  expect(JSON.stringify(report)).not.toMatch(/eyJ[\w-]+\./)
  expect(exitCode).toBe(0)
})

test('a tool that the server does not have is told, and the exit code says so', async () => {
  const args = ['--sign-in', '--tool', 'no_such_tool', '--client', 'sdk-v2']
  const { report, exitCode } = await examine(await startDevelopment(), args, {
    openBrowser: person('alice'),
  })
  expect(report.signedIn.at(-1)).toMatchObject({ check: 'mcp.call' })
  expect(report.signedIn.at(-1)?.verdict).not.toBe('ok')
  expect(exitCode).toBe(1)
})

test('nobody is asked to sign in where no client gets as far as the sign-in page', async () => {
  const { endpoint } = await startWorld({ mcp: OPEN_SERVER })
  const { report } = await examine(endpoint, ['--sign-in'], {
    openBrowser: () => Promise.reject(new Error('a browser was opened')),
  })
  expect(report.signedIn).toMatchObject([{ check: 'sign_in', verdict: 'not_checkable' }])
})
