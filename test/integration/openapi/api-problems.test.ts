import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CONFIG_FILE } from '../../../src/config/config-file.js'
import type { Environment } from '../../../src/config/config.js'
import { json } from '../../unit/answer-json.js'
import { callForAnswer } from '../../helpers/tool-answer.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { startTestApi, type TestApi } from '../../helpers/test-api.js'
import { oauth2Components } from './oauth2-components.js'

let directory: string
let api: TestApi

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'problems-'))
  api = await startTestApi()
  api.responder = json(
    { title: 'No such day', errors: [{ pointer: '#/day', detail: 'is 31' }] },
    422,
  )
})

afterEach(async () => {
  rmSync(directory, { recursive: true })
  await api.close()
})

function document(operationId: string, operation: object = {}): string {
  const path = join(directory, `${operationId}.json`)
  const responses = { 201: { description: 'Made' } }
  writeFileSync(
    path,
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Bookings', version: '1' },
      paths: {
        '/bookings': {
          post: { operationId, ...operation, security: [{ OAuth2: ['write'] }], responses },
        },
      },
      components: oauth2Components({ write: 'Write' }),
    }),
  )
  return path
}

async function answerOf(environment: Environment, tool = 'book') {
  const server = await startMcpServer({ api, environment })
  const token = await server.mint({ scope: 'write' })
  const { text, isError } = await callForAnswer(server, { token, tool, args: {} })
  expect(isError).toBe(true)
  return { text, log: JSON.stringify(server.log.lines) }
}

const SAID = 'The API says: "No such day; #/day: is 31"'

test('[openapi 26] with API_PROBLEMS=on, a model reads what the API says of its arguments, and the log does not', async () => {
  const { text, log } = await answerOf({ OPENAPI_DOCUMENT: document('book'), API_PROBLEMS: 'on' })
  expect(text).toMatch(
    /^The API did not accept the arguments \(HTTP 422\)\. Check them before trying again\. The API says: "/,
  )
  expect(text).toContain(SAID)
  expect(log).toContain('tool_failed')
  expect(log).not.toContain('No such day')
})

test('[openapi 26] without API_PROBLEMS, a model reads nothing of what the API says', async () => {
  const { text } = await answerOf({ OPENAPI_DOCUMENT: document('book') })
  expect(text).not.toContain('No such day')
})

test('[openapi 26] problems: true in the configuration file is for that API alone', async () => {
  const entry = (name: string, more: string) =>
    `  ${name}:\n    audience: urn:${name}\n    baseUrl: ${api.origin}\n    document: ${document(name)}\n${more}`
  const text = `apis:\n${entry('telling', '    problems: true\n')}${entry('silent', '')}`
  const environment = {
    ...{ API_AUTH0_AUDIENCE: undefined, API_BASE_URL: undefined },
    [CONFIG_FILE]: { name: 'apis.yaml', path: join(directory, 'apis.yaml'), text },
  }
  expect((await answerOf(environment, 'telling')).text).toContain(SAID)
  expect((await answerOf(environment, 'silent')).text).not.toContain('No such day')
})

test("[openapi 26] the names of the tool's own arguments stay, however they look", async () => {
  const [asMember, asParameter] = ['x9Qz7Kp2Lm4Nb6Vc8Xa1Sd3Fg5', 'k4Tz7Kp2Lm4Nb6Vc8Xa1Sd3Fh6']
  const detail = `${asMember} and ${asParameter}, not x9Qz7Kp2Lm4Nb6Vc8Xa1Sd3Fg6`
  api.responder = json({ [asMember]: ['is odd'], nested: [{ detail }] }, 400)
  const properties = {
    nested: { type: 'array', items: { type: 'object', properties: { [asMember]: {} } } },
    [asMember]: { type: 'string' },
  }
  const operation = {
    parameters: [{ name: asParameter, in: 'query', schema: { type: 'string' } }],
    requestBody: { content: { 'application/json': { schema: { type: 'object', properties } } } },
  }
  const { text } = await answerOf({
    OPENAPI_DOCUMENT: document('book', operation),
    API_PROBLEMS: 'on',
  })
  expect(text).toContain(
    `"${asMember}: is odd; nested: ${asMember} and ${asParameter}, not [scrubbed]"`,
  )
})
