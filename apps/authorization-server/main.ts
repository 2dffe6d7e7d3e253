import { z } from 'zod'
import { listenHost, serverUrl } from '../../src/config/values.js'
import { serve } from '../../src/server/serve.js'
import { hostFault } from '../shared/loopback-or-word.js'
import { createAuthorizationServer } from './authorization-server.js'
import { loadDirectory, withIdentifiers, type Directory } from './directory.js'

const OVERRIDE = 'DANGEROUSLY_ALLOW_DEVELOPMENT_SERVER_IN_PRODUCTION'

const environmentSchema = z.object({
  HOST: listenHost.default('localhost'),
  PORT: z.coerce
    .number({ error: 'give a port number' })
    .pipe(z.int('give a whole number').min(0, 'give 0 to 65535').max(65_535, 'give 0 to 65535'))
    .default(9000),
  ISSUER: z
    .string()
    .refine((value) => URL.canParse(value) && value.endsWith('/'), {
      error: 'give a URL with a slash at the end, such as http://localhost:9000/',
    })
    .optional(),
  /** The identifiers of the MCP server and of the API, where they are not the directory's. */
  AUTH0_AUDIENCE: z.url('give a URL').optional(),
  API_AUTH0_AUDIENCE: z.url('give a URL').optional(),
  DEV_DIRECTORY: z.string().min(1).optional(),
  MCP_SERVER_URL: serverUrl.optional(),
})

type Environment = z.infer<typeof environmentSchema>

/** Reads the settings; empty values count as absent. Throws an `Error` that names every fault at once. */
function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== ''))
  const parsed = environmentSchema.safeParse(given)
  const faults = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  )
  if (env['NODE_ENV'] === 'production' && env[OVERRIDE] !== 'true') {
    faults.push(
      `NODE_ENV: is production, but here anyone can sign in as any user; if you mean it, set ${OVERRIDE}=true`,
    )
  }
  const exposed = parsed.success ? hostFault(parsed.data.HOST, env) : undefined
  if (exposed !== undefined) faults.push(exposed)
  if (parsed.success && faults.length === 0) return parsed.data
  throw new Error(
    ['The authorization server cannot start:', ...faults.map((fault) => `  ${fault}`)].join('\n'),
  )
}

function directoryFor({
  AUTH0_AUDIENCE: mcp,
  API_AUTH0_AUDIENCE: api,
  DEV_DIRECTORY: file,
}: Environment): Directory {
  return withIdentifiers(loadDirectory(file), { mcp, api })
}

/** Runs the authorization server alone, until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const environment = readEnvironment(process.env)
  const { HOST: host } = environment
  const directory = directoryFor(environment)
  const mcpServerPage = environment.MCP_SERVER_URL && new URL('/', environment.MCP_SERVER_URL)

  const server = await serve({ host, port: environment.PORT, drainMs: 0 })
  const { port } = server
  const issuer = environment.ISSUER ?? `http://localhost:${port}/`
  server.attach((await createAuthorizationServer({ issuer, directory, mcpServerPage })).handler)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.close())
  }
  const users = directory.users.map((user) => user.username).join(', ')
  process.stdout.write(
    `Development authorization server at ${issuer} (listening on ${host}:${port}), users: ${users}\n`,
  )
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
