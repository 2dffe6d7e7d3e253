import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import { z } from 'zod'
import { listenHost } from '../../src/config/values.js'
import { createAuthorizationServer } from './authorization-server.js'
import { loadDirectory } from './directory.js'

const OVERRIDE = 'DANGEROUSLY_ALLOW_DEVELOPMENT_SERVER_IN_PRODUCTION'

const environmentSchema = z.object({
  HOST: listenHost.default('127.0.0.1'),
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
  if (parsed.success && faults.length === 0) return parsed.data
  throw new Error(
    ['The authorization server cannot start:', ...faults.map((fault) => `  ${fault}`)].join('\n'),
  )
}

/** Runs the authorization server alone, until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const environment = readEnvironment(process.env)
  const { HOST: host } = environment
  const directory = loadDirectory()

  const server = createServer()
  const port = await listen(server, { host, port: environment.PORT })
  const issuer = environment.ISSUER ?? `http://localhost:${port}/`
  server.on('request', (await createAuthorizationServer({ issuer, directory })).handler)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close()
      server.closeAllConnections()
    })
  }
  const users = directory.users.map((user) => user.username).join(', ')
  process.stdout.write(
    `Development authorization server at ${issuer} (listening on ${host}:${port}), users: ${users}\n`,
  )
}

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
