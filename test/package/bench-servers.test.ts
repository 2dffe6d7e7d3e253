import { afterEach, expect, test } from 'vitest'
import { callOf } from '../../bench/load/messages.js'
import { SHORT, Stack } from '../../bench/stack.js'
import type { Child } from '../../bench/children/child-process.js'

// They are JavaScript on what was built, so no compiler sees them fall behind.
const started: Pick<Child, 'close'>[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.close()))
})

test.each([true, false])('a server of the benchmark answers, security: %s', async (security) => {
  const stack = await Stack.open(SHORT)
  started.push(stack)
  const server = await stack.ours({ security })
  started.push(server)
  const [token = ''] = await stack.newTokens(1)
  const { headers, body } = callOf('whoami', 'user|')
  const answer = await fetch(`${server.origin}/mcp`, {
    method: 'POST',
    headers: { ...headers, ...(security && { authorization: `Bearer ${token}` }) },
    body,
  })
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('user|')
})
