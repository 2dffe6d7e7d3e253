import { SUBJECT_PREFIX } from '../load/tool-call.js'
import { ISSUER_CLIENT, type LogoutClaims } from '../processes/deployment.js'
import type { OurServer } from '../processes/our-server.js'
import type { FleetCase } from './fleet-case.js'
import type { FleetScene } from './fleet-scene.js'
import { callAt } from './shared-facts.js'

const USERS = 20
/** From the logout token on, every instance refuses what the user had before. */
const MOST_MS = 1_000
const BUSY_MS = 60_000

/** A user whose tokens both instances know. */
interface Known {
  readonly subject: string
  readonly token: string
}

/** Users are signed out at one instance, by OpenID Connect Back-Channel Logout. */
export const SIGNED_OUT: Readonly<Record<string, FleetCase>> = {
  signedOut: {
    fault: `${USERS} users are signed out, each by a logout token that one instance gets`,
    short: true,
    settings: { BACKCHANNEL_LOGOUT_CLIENTS: ISSUER_CLIENT },
    codes: ['insufficient_scope', 'signed_out'],
    securityCodes: ['sign_out_refused', 'user_signed_out'],
    async run(scene) {
      await scene.calm('before')
      const begun = performance.now()
      const stays = await known(scene, `${SUBJECT_PREFIX}signs-out-0-not`)
      const tookMs: number[] = []
      for (let at = 0; at < USERS; at += 1) tookMs.push(await signedOut(scene, at))
      await scene.calm('after')
      scene.allWell(begun, 'while others were signed out')
      await expectServed(scene, stays, 'after others were signed out')
      const most = Math.max(...tookMs)
      const limit = scene.scale.judgesTimes ? MOST_MS : BUSY_MS
      scene.expect(most < limit, `a user was served for ${most} ms after the sign-out`)
      return [
        `refused at both instances after ${Math.round(most)} ms at the most`,
        'a logout token that is replayed, expired, for another client or signed by another key ended nobody',
      ]
    },
  },
}

async function known(scene: FleetScene, subject: string): Promise<Known> {
  const user = { subject, token: await scene.deployment.tokenOf(subject) }
  await expectServed(scene, user, 'before the sign-out')
  return user
}

async function expectServed(scene: FleetScene, user: Known, when: string): Promise<void> {
  for (const server of scene.running) {
    const { verdict, status } = await callAt(scene, server, { tool: 'greet', ...user })
    scene.expect(verdict === 'ok', `${user.subject} got ${status ?? verdict} ${when}`)
  }
}

/** Resolves with how long the user was still served at one of the instances. */
async function signedOut(scene: FleetScene, at: number): Promise<number> {
  const user = await known(scene, `${SUBJECT_PREFIX}signs-out-${at}`)
  const { deployment, running } = scene
  const told = running[at % running.length]
  if (told === undefined) throw new Error('no instance runs')
  for (const useless of USELESS) {
    const status = await post(told, await deployment.logoutTokenOf(user.subject, useless))
    scene.expect(status === 400, `a useless logout token was answered with ${status}`)
  }
  await expectServed(scene, user, 'after a useless logout token')
  const begun = performance.now()
  const token = await deployment.logoutTokenOf(user.subject)
  const status = await post(told, token)
  scene.expect(status === 200, `a logout token was answered with ${status}`)
  await Promise.all(running.map((server) => untilRefused(scene, server, user)))
  const tookMs = performance.now() - begun
  for (const server of running) {
    const replayed = await post(server, token)
    scene.expect(replayed === 400, `a replayed logout token was answered with ${replayed}`)
  }
  return tookMs
}

const USELESS: readonly LogoutClaims[] = [
  { aud: 'another-client' },
  { exp: Math.floor(Date.now() / 1_000) - 300 },
  { signedBy: 'another key' },
]

async function post({ origin }: OurServer, token: string): Promise<number> {
  const body = new URLSearchParams({ logout_token: token })
  const answer = await fetch(new URL('/backchannel-logout', origin), { method: 'POST', body })
  await answer.text()
  return answer.status
}

async function untilRefused(scene: FleetScene, server: OurServer, user: Known): Promise<void> {
  await scene.eventually(`${user.subject} is refused`, async () => {
    const { status } = await callAt(scene, server, { tool: 'whoami', ...user })
    return status === 401
  })
}
