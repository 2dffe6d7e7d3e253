import { serve } from '../../src/server/serve.js'
import { createDownstreamApi } from './downstream-api.js'
import { parseApiEnvironment } from './environment.js'

/** Runs the protected API alone, until SIGINT or SIGTERM; calls under way may end first. */
async function main(): Promise<void> {
  const { host, port, ...options } = parseApiEnvironment(process.env)
  const server = await serve({ host, port, handler: createDownstreamApi(options) })
  process.stdout.write(
    `The protected API listens on port ${server.port}, for tokens of ${options.issuer}\n`,
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.close())
  }
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
