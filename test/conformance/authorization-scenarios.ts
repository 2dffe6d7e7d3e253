import { signIn } from '../../apps/development/sign-in.js'
import { freePort } from '../clients/parts/free-port.js'
import { reasonsIn, verdictOn } from './checks.js'
import type { FailedScenario } from './server-scenarios.js'
import { runSuite } from './suite.js'

export interface AuthorizationRun {
  readonly passed: readonly string[]
  readonly failed: readonly FailedScenario[]
  /** What the suite wrote, where it ended with a failure. */
  readonly complaint: readonly string[]
}

const SCENARIOS = ['authorization-server-metadata-endpoint', 'authorization-code-grant'] as const

/**
 * Runs the suite's scenarios for authorization servers.
 *
 * The suite prints the address that a person should open, and waits for the callback: here, alice is signed in through
 * the real pages, and the callback called. A sign-in that leads nowhere ends the run.
 */
export async function runAuthorizationScenarios(
  issuer: string,
  resource: URL,
  signal: AbortSignal,
): Promise<AuthorizationRun> {
  const failedSignIn = new AbortController()
  let authorizationUrl: string | undefined
  const { checks, exitCode, lines } = await runSuite({
    arguments: [
      ...['authorization', '--url', issuer, '--client-id', 'curl'],
      ...['--resource', resource.href, '--port', `${await freePort()}`],
    ],
    signal: AbortSignal.any([signal, failedSignIn.signal]),
    onLine: (line) => {
      if (line.startsWith(issuer)) authorizationUrl = line
      // The address is printed before anybody listens for the callback.
      if (authorizationUrl === undefined || !line.startsWith('Callback server started')) return
      visit(authorizationUrl).catch((error: unknown) => {
        failedSignIn.abort(error)
      })
    },
  })
  failedSignIn.signal.throwIfAborted()
  const passed = SCENARIOS.filter((name) => verdictOn(checks.get(name)) === 'passed')
  return {
    passed,
    failed: [...new Set([...SCENARIOS, ...checks.keys()])]
      .filter((name) => !passed.some((known) => known === name))
      .map((name) => ({ name, reasons: reasonsIn(checks.get(name)) })),
    complaint: exitCode === 0 ? [] : lines.slice(-60),
  }
}

async function visit(authorizationUrl: string): Promise<void> {
  const callback = await signIn({ authorizationUrl, username: 'alice' })
  const response = await fetch(callback)
  await response.body?.cancel()
}
