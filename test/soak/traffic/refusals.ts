import type { Scenario } from './scenario.js'
import { type Visit, callOf, eitherRevision, WrongAnswer } from './visit.js'

/** Calls that the server refuses. */
export const REFUSALS: readonly Scenario[] = [
  {
    ...{ name: 'no token', weight: 3 },
    run: (visit) => unauthorized(visit, { outcome: 'no_credentials' }),
  },
  {
    ...{ name: 'garbage for a token', weight: 2 },
    run: (visit) => unauthorized(visit, { token: 'garbage', outcome: 'invalid_token' }),
  },
  {
    ...{ name: 'expired token', weight: 2 },
    async run(visit) {
      const token = await visit.user.token('expired')
      await unauthorized(visit, { token, outcome: 'invalid_token' })
    },
  },
  {
    ...{ name: "another server's token", weight: 2 },
    async run(visit) {
      const token = await visit.user.token('elsewhere')
      await unauthorized(visit, { token, outcome: 'invalid_token' })
    },
  },
  {
    ...{ name: 'forged token', weight: 2 },
    async run(visit) {
      const [header, , signature] = (await visit.user.token()).split('.')
      const claims = { sub: 'user-0', exp: Math.floor(Date.now() / 1_000) + 60 }
      const forged = Buffer.from(JSON.stringify(claims)).toString('base64url')
      const token = `${header ?? ''}.${forged}.${signature ?? ''}`
      await unauthorized(visit, { token, outcome: 'invalid_token' })
    },
  },
  {
    ...{ name: 'step-up', weight: 3 },
    async run(visit) {
      const { user } = visit
      const message = callOf('greet', {}, eitherRevision())
      const refused = await visit.ask(
        { message, token: await user.token('narrow') },
        {
          status: 403,
          record: { tool: 'greet', subject: user.subject, outcomes: ['insufficient_scope'] },
        },
      )
      if (!String(refused.headers['www-authenticate']).includes('tool:greet')) {
        throw new WrongAnswer('a step-up whose challenge lacks the scope')
      }
      await visit.ask(
        { message: callOf('greet', {}, eitherRevision()), token: await user.token() },
        {
          status: 200,
          text: 'Hello from the API',
          record: { tool: 'greet', subject: user.subject, outcomes: ['ok'] },
        },
      )
    },
  },
  {
    ...{ name: 'permission that the user lacks', weight: 2 },
    async run(visit) {
      const { user } = visit
      const message = callOf('greet', {}, eitherRevision())
      const record = { tool: 'greet', subject: user.subject, outcomes: ['permission_denied'] }
      await visit.ask({ message, token: await user.token('forbidden') }, { status: 403, record })
    },
  },
  {
    ...{ name: 'exchange that is refused', weight: 2 },
    async run(visit) {
      const user = visit.users.refused()
      const message = callOf('greet', {}, eitherRevision())
      const record = {
        tool: 'greet',
        subject: user.subject,
        outcomes: ['reauthentication_required'],
      }
      // Whose token is fresh from a sign-in would not be sent to sign in again.
      const token = await user.token('old')
      await visit.as(user).ask({ message, token }, { status: 401, record })
    },
  },
  {
    ...{ name: 'body that is no JSON', weight: 1 },
    async run(visit) {
      await visit.askText('{"jsonrpc":', { token: await visit.user.token(), status: 400 })
    },
  },
  {
    ...{ name: 'body that is too large', weight: 1 },
    async run(visit) {
      const text = JSON.stringify({ padding: 'x'.repeat(300_000) })
      const asked = visit.askText(text, { token: await visit.user.token(), status: 413 })
      await asked.catch((error: unknown) => {
        // The server has answered and closed the connection, and its client was still sending.
        if (error instanceof WrongAnswer) throw error
      })
    },
  },
]

/** Only where the headers name the tool, does the audit know that it was a call. */
async function unauthorized(
  visit: Visit,
  { token, outcome }: { readonly token?: string; readonly outcome: string },
): Promise<void> {
  const revision = eitherRevision()
  const message = callOf('whoami', {}, revision)
  const record = { tool: 'whoami', outcomes: [outcome] }
  await visit.ask(
    { message, token },
    {
      status: 401,
      record: revision === '2026-07-28' ? record : undefined,
      recordByRequest: true,
    },
  )
}
