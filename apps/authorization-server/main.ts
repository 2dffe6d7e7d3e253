import { z } from 'zod'
import { listenHost } from '../../src/config/values.js'
import { serve } from '../../src/server/serve.js'
import { hostFault } from '../shared/loopback-or-word.js'
import { createAuthorizationServer } from './authorization-server.js'
import { DEFAULT_IDENTIFIERS, loadDirectory, withIdentifiers, type Directory } from './directory.js'

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
})

type Environment = z.infer<typeof environmentSchema>

/** Returns the settings. @throws Error with every fault at once. */
function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const parsed = environmentSchema.safeParse(env)
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

function directoryFor({ AUTH0_AUDIENCE: mcp, API_AUTH0_AUDIENCE: api }: Environment): Directory {
  const directory = loadDirectory()
  if (mcp === undefined && api === undefined) return directory
  return withIdentifiers(directory, {
    mcp: mcp ?? DEFAULT_IDENTIFIERS.mcp,
    api: api ?? DEFAULT_IDENTIFIERS.api,
  })
}

/** Runs the authorization server alone, until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const environment = readEnvironment(process.env)
  const { HOST: host } = environment
  const directory = directoryFor(environment)

  const server = await serve({ host, port: environment.PORT, drainMs: 0 })
  const { port } = server
  const issuer = environment.ISSUER ?? `http://localhost:${port}/`
  server.attach((await createAuthorizationServer({ issuer, directory })).handler)
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
