import { outage, type Case } from '../case.js'
import { Probes } from '../checks/probes.js'
import type { Scene } from '../scene.js'

const NO_KEYS = { reason: 'keys_unavailable' }
const BREAKER = 'mcp_on_behalf_of_exchange_breaker_open'
/** How long the circuit breaker keeps exchanges back. */
const BREAKER_SECONDS = 10

async function breakerIsOpen(scene: Scene): Promise<void> {
  scene.expect((await scene.metric(BREAKER)) === 1, 'the metrics show no open breaker')
}

/** What happens to the authorization server. Users whose exchanged token is kept notice none of it. */
export const AUTHORIZATION_SERVER: Readonly<Record<string, Case>> = {
  issuerKilled: outage({
    fault: 'authorization server killed, then started again',
    short: true,
    codes: ['exchange_unavailable'],
    recoverySeconds: BREAKER_SECONDS,
    begin: ({ deployment }) => deployment.authorizationServer.kill(),
    look: breakerIsOpen,
    end: ({ deployment }) => deployment.startAuthorizationServer(),
  }),
  issuerHangs: outage({
    fault: 'authorization server hangs: accepts connections and never answers',
    short: false,
    codes: ['exchange_unavailable'],
    recoverySeconds: BREAKER_SECONDS,
    begin: async ({ deployment }) => {
      deployment.authorizationServer.signal('SIGSTOP')
      return Promise.resolve()
    },
    look: breakerIsOpen,
    end: async ({ deployment }) => {
      deployment.authorizationServer.signal('SIGCONT')
      return Promise.resolve()
    },
  }),
  issuerSlow: outage({
    fault: 'authorization server takes 300 ms longer for each answer',
    short: false,
    codes: [],
    settings: { EXCHANGE_TIMEOUT_MS: '10000' },
    recoverySeconds: 1,
    begin: ({ deployment }) => deployment.change({ latencyMs: 300 }),
    end: ({ deployment }) => deployment.change({ latencyMs: 0 }),
  }),
  issuerFails: outage({
    fault: 'authorization server answers 503',
    short: false,
    codes: ['exchange_unavailable'],
    recoverySeconds: BREAKER_SECONDS,
    begin: ({ deployment }) => deployment.change({ fails: true }),
    look: breakerIsOpen,
    end: ({ deployment }) => deployment.change({ fails: false }),
  }),
  clientRefused: outage({
    fault: 'authorization server refuses the secret of this server',
    short: false,
    codes: ['exchange_misconfigured'],
    reasons: ['exchange_refused'],
    recoverySeconds: 5,
    begin: ({ deployment }) => deployment.change({ secret: 'another one' }),
    look: async (scene) => {
      const shown = await scene.metric('mcp_on_behalf_of_not_ready', { reason: 'exchange_refused' })
      scene.expect(shown === 1, 'the metrics show no exchange_refused')
      scene.expect(scene.probes.reasons.has('exchange_refused'), '/readyz says nothing of it')
    },
    end: ({ deployment }) => deployment.change({ secret: 'the secret of this server' }),
  }),
  startedWithoutIssuer: {
    fault: 'server started while the authorization server is down',
    short: false,
    codes: ['verifier_unavailable', 'exchange_unavailable'],
    async run(scene) {
      await scene.calm('before')
      await scene.deployment.authorizationServer.kill()
      const server = await scene.startServer()
      const probes = new Probes(server.origin)
      await scene.turnTraffic(server.origin)
      await scene.fault()
      scene.expect(probes.reasons.has('keys_unavailable'), '/readyz says nothing of it')
      const shown = await scene.metric('mcp_on_behalf_of_not_ready', NO_KEYS, server)
      scene.expect(shown === 1, 'the metrics show no keys_unavailable')
      await scene.deployment.startAuthorizationServer()
      await scene.recovery(BREAKER_SECONDS)
      await scene.calm('after')
      await probes.stop()
      scene.problems.push(...probes.unhealthy.map((text) => `/healthz: ${text}`))
      return []
    },
  },
  keyRotation: {
    fault: 'signing key rotated twice, on both hops',
    short: true,
    codes: [],
    async run(scene) {
      const { deployment, traffic } = scene
      for (let time = 1; time <= 2; time += 1) {
        await scene.calm('before a rotation')
        await deployment.rotateKey()
        await scene.calm('while both keys are published')
        traffic.signInAgain()
        await scene.calm('while users sign in again')
        await deployment.dropOldKeys()
      }
      await scene.calm('after')
      return []
    },
  },
}
