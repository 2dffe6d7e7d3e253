import { expect, test } from 'vitest'
import { run } from '../../cli/doctor/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { examine, examineText } from './examine.js'
import { sendJson, startWorld } from './world.js'

async function output(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const io = recordingIo({ directory: '/' })
  return { code: await run(args, io), text: io.output() }
}

test('the report for people says at which step a client fails, why, on which side, and what to do', async () => {
  const { endpoint } = await startWorld({
    resourceMetadata: ({ endpoint: url }) => ({ resource: `${url}/` }),
  })
  const text = await examineText(endpoint, ['--client', 'vscode'])
  expect(text).toContain(
    'will fail at step 4, compare the resource with the URL: resource.trailing_slash',
  )
  expect(text).toContain(
    `WRONG  resource.trailing_slash: The metadata names the resource ${endpoint}/`,
  )
  expect(text).toContain('where: the MCP server')
  expect(text).toContain('what to do: Make resource in the metadata the URL that people type')
  expect(text).toContain('No client will connect.')
})

test('nothing that a server writes steers the terminal', async () => {
  const evil = '\u001b[2Jcleared\u202e'
  const { endpoint } = await startWorld({
    serverMetadata: () => ({ response_types_supported: [evil], issuer: evil }),
    mcp: (_req, res) => {
      res.setHeader('x-evil', 'none')
      return false
    },
  })
  const text = await examineText(endpoint)
  expect(text).toContain('?[2Jcleared?')
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u202e')
})

test('an error code of the authorization server that steers the terminal is told without what steers', async () => {
  const { endpoint } = await startWorld({
    issuer: (req, res) =>
      req.method === 'POST' && req.url === '/registration'
        ? sendJson(res, 400, { error: '\u001b]0;owned\u0007' })
        : false,
  })
  const text = await examineText(endpoint, ['--register'])
  expect(text).toContain('registration.refused')
  expect(text).not.toContain('\u001b')
})

test('a report about one client asks for no other', async () => {
  const { endpoint } = await startWorld()
  const { report } = await examine(endpoint, ['--client', 'strict', '--client', 'sdk-v2'])
  expect(report.clients.map(({ client }) => client)).toEqual(['sdk-v2', 'strict'])
})

test('a client id that is given takes the place of registration', async () => {
  const { endpoint } = await startWorld({
    serverMetadata: () => ({ registration_endpoint: undefined }),
  })
  const { report, exitCode } = await examine(endpoint, ['--client-id', 'my-client'])
  expect(report.problems).toEqual([])
  expect(exitCode).toBe(0)
})

test.each([
  { args: ['--connector', 'http://mcp.example.com/mcp'], says: '--connector must be the URL' },
  { args: ['--connector', 'mcp.example.com'], says: '--connector must be the URL' },
  { args: ['--connector', 'https://me:pw@mcp.example.com/'], says: '--connector must be the URL' },
  {
    args: ['--connector', 'https://mcp.example.com/', '--client', 'netscape'],
    says: '--client must be one of claude,',
  },
  {
    args: ['--connector', 'https://mcp.example.com/', '--origin', 'https://a.example/x'],
    says: '--origin must be an origin',
  },
  {
    args: ['--connector', 'https://mcp.example.com/', '--timeout-seconds', '0'],
    says: '--timeout-seconds must be',
  },
  {
    args: ['--connector', 'https://mcp.example.com/', '--ca-file', '/no/such/file'],
    says: '--ca-file names a file that cannot be read',
  },
  { args: ['--connector', 'https://mcp.example.com/', '--token-stdin'], says: '--token-stdin' },
])('the command line $args is refused with what to change', async ({ args, says }) => {
  const { code, text } = await output(...args)
  expect(code).toBe(2)
  expect(text).toContain(says)
  expect(text).not.toContain('me:pw')
})

test('--help tells the options, without a call', async () => {
  const { code, text } = await output('--connector', 'https://mcp.example.com/mcp', '--help')
  expect(code).toBe(0)
  expect(text).toContain('Usage: mcp-on-behalf-of doctor --connector URL')
})

test('hosted clients are judged at an address of this machine as if they reached it, and the report says so', async () => {
  const { endpoint } = await startWorld()
  const { report } = await examine(endpoint)
  expect(report.notTried).toContain(
    'hosted clients do not reach this address. They are judged as if they did.',
  )
})
