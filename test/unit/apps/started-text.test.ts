import { expect, test } from 'vitest'
import { startDirectory } from '../../../apps/development/start-directory.js'
import { startedText } from '../../../apps/development/started-text.js'
import { loadDirectory } from '../../../apps/authorization-server/directory.js'
import { API_DOCUMENT_FILE } from '../../../apps/downstream-api/document.js'
import type { Environment } from '../../../src/config/config.js'

/** What `npm start` says with settings. */
async function toldWith(environment: Environment): Promise<string> {
  const running = await startDirectory({
    directory: loadDirectory(undefined),
    apiDocument: API_DOCUMENT_FILE,
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    environment,
  })
  await running.close()
  return startedText(running, { file: undefined, tokenProgram: 'token' })
}

test('The development set-up says how to call greet, and names the tools, those of its document included', async () => {
  const text = await toldWith({})
  expect(text).toContain('"name":"greet"')
  expect(text).toMatch(
    /The tools are whoami, greet, get_datetime, and one for each operation of http:\S+openapi\.yaml\.\nAlice may/,
  )
})

test.each([
  ['a document of its own', { OPENAPI_DOCUMENT: API_DOCUMENT_FILE }],
  ['DEMO_TOOLS=off', { DEMO_TOOLS: 'off' }],
])(
  'The development set-up says nothing of greet where it is no tool: with %s',
  async (_what, environment) => {
    const text = await toldWith(environment)
    expect(text).not.toMatch(/greet|whoami|get_datetime/)
    expect(text).toContain('"method":"tools/list"')
    expect(text).toContain('The tools are one for each operation of ')
    expect(text.includes('Alice may')).toBe(!('OPENAPI_DOCUMENT' in environment))
  },
)
