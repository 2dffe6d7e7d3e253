// The standalone server with a tool of your own. It reads the settings of `.env` and the environment, and keeps them all:
// limits, sessions, checks, the page at `/`. `tools` takes the place of the demonstration tools. Start it, in a checkout:
//   node --import tsx examples/own-tools.ts
// docs/library.md has a `.env` with which it runs beside the development set-up.
import {
  composeServer,
  createProcessLog,
  defineTool,
  parseConfig,
  readEnvironment,
  serve,
} from 'mcp-on-behalf-of/server'
import { z } from 'zod'

const ACCOUNT = z.object({ sub: z.string() })

const account = defineTool({
  name: 'account',
  title: 'Account',
  description: 'Shows the account of the signed-in user.',
  inputSchema: z.object({}),
  outputSchema: ACCOUNT,
  requiredScopes: ['tool:greet'],
  downstream: { api: 'api', scopes: ['read:private'] },
  toText: ({ sub }) => `The API knows you as ${sub}.`,
  handler: (_, { downstream }) => downstream.json('/api/private-scope', { schema: ACCOUNT }),
})

const config = parseConfig(readEnvironment())
const log = createProcessLog({ level: config.logLevel })
const composed = await composeServer(config, log, { tools: [account] })
const server = await serve({ ...config.listen, handler: composed.handler, log })
process.once('SIGTERM', () => {
  composed.drain()
  void server.close().then(() => composed.close())
})
log.info({ event: 'listening', endpoint: config.endpoint.href })
