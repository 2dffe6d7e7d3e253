import { outage, type Case } from '../case.js'

const TWO_HOURS_MS = 2 * 60 * 60_000

/**
 * Steps of the clock of our process (`children/inside.mjs`); the others keep theirs. Tokens live for an hour, so that a
 * clock that is ahead refuses all of them.
 */
export const CLOCK: Readonly<Record<string, Case>> = {
  clockAhead: outage({
    fault: 'clock of this server set two hours ahead, then back',
    short: true,
    // A token that was asked for just before the step has expired when it comes.
    codes: ['invalid_token', 'exchange_rejected'],
    securityCodes: ['exchange_rejected'],
    recoverySeconds: 1,
    begin: ({ server }) => server.shiftClock(TWO_HOURS_MS),
    end: ({ server }) => server.shiftClock(0),
  }),
  clockBehindInOutage: outage({
    fault: 'clock set two hours back while the authorization server is down',
    short: false,
    codes: ['exchange_unavailable'],
    recoverySeconds: 10,
    begin: ({ deployment }) => deployment.authorizationServer.kill(),
    end: async ({ deployment, server }) => {
      await server.shiftClock(-TWO_HOURS_MS)
      await deployment.startAuthorizationServer()
    },
  }),
  clockBehindAtRotation: {
    fault: 'clock set two hours back between two rotations of the signing key',
    short: false,
    codes: [],
    async run(scene) {
      await scene.calm('before')
      await scene.deployment.rotateKey()
      await scene.calm('after a rotation')
      await scene.server.shiftClock(-TWO_HOURS_MS)
      await scene.calm('after the step of the clock')
      await scene.deployment.rotateKey()
      await scene.calm('after the second rotation')
      return []
    },
  },
}
