import { readSettings } from '../../src/config/config.js'
import { isDeployment } from './is-deployment.js'

const TOKEN_PROGRAM = 'npm run --silent token --'

/**
 * `npm start`: with nothing configured, the development set-up on loopback; else the MCP server alone, just as
 * in production.
 */
async function main(): Promise<void> {
  const { environment, file } = readSettings()
  if (!isDeployment(environment)) {
    const { runDevelopment } = await import('./run-development.js')
    await runDevelopment({ environment, file, tokenProgram: TOKEN_PROGRAM })
    return
  }
  if (environment['DEV_DIRECTORY'] !== undefined && environment['DEV_DIRECTORY'] !== '') {
    throw new Error(
      'DEV_DIRECTORY is set together with settings of a deployment or NODE_ENV=production. It is for the development set-up: remove it, or the others.',
    )
  }
  const { runServer } = await import('../../src/main.js')
  process.exitCode = await runServer()
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : 'unknown failure'
  process.stderr.write(`Could not start: ${text}\n`)
  process.exitCode = 1
})
