import { expect, test } from 'vitest'
import { startMcpServer } from '../helpers/start-mcp-server.js'
import { callForAnswer } from '../helpers/tool-answer.js'

test('[S4] exchanges that cannot get their turn in time are refused at once, with the time to come back, and health is answered beside them', async () => {
  const server = await startMcpServer({
    environment: { EXCHANGE_RATE_PER_SECOND: '1', EXCHANGE_TIMEOUT_MS: '60000' },
  })
  // Nobody gets an answer: whoever is answered has been refused.
  server.issuer.tokenResponder = () => undefined
  const users = Array.from({ length: 200 }, (_, user) => `auth0|user-${user}`)
  const tokens = await Promise.all(users.map((sub) => server.mint({ sub })))
  const texts: string[] = []
  await new Promise<void>((enough) => {
    for (const token of tokens) {
      callForAnswer(server, { token }).then(
        ({ text }) => {
          texts.push(text)
          if (texts.length === 20) enough()
        },
        () => undefined,
      )
    }
  })
  for (const text of texts) expect(text).toMatch(/\(Try again in \d+ s\.\)$/)
  const reasons = server.log.named('tool_failed').map(({ fields }) => fields['reason'])
  expect(new Set(reasons)).toEqual(new Set(['queue_full']))
  for (const path of ['/healthz', '/readyz']) {
    expect((await fetch(new URL(path, server.origin))).status).toBe(200)
  }
  // Whoever still waits is refused now, so that the server can close.
  await server.issuer.close()
})
