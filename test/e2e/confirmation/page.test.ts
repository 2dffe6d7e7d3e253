import { describe, expect, test } from 'vitest'
import { startApprovingStack } from '../../helpers/approving-stack.js'
import { PageVisitor } from '../../helpers/page-visitor.js'

const NOT_CALLED = 'Nothing was called: the user has to approve this call first'

async function asked(environment = {}) {
  const stack = await startApprovingStack(environment)
  const token = await stack.tokenOf()
  const first = await stack.cancel(token)
  const visitor = new PageVisitor(stack.endpoint.origin)
  return { stack, token, first, url: first.url ?? '', visitor }
}

describe('a call that a person approves on a page', () => {
  test('is not made before, is made once afterwards, and a further one is asked about anew', async () => {
    const { stack, token, first, url, visitor } = await asked()
    expect(first).toMatchObject({
      isError: true,
      text: expect.stringContaining(NOT_CALLED) as string,
    })
    expect(new URL(url).pathname).toMatch(/^\/confirm\/[\w-]{43}$/)
    expect((await stack.cancel(token)).url).toBe(url)

    const shown = await visitor.open(url, 'alice')
    expect([shown.status, shown.page]).toEqual([200, 'waiting'])
    expect(shown.body).toContain('<code>cancelBooking</code>')
    expect(shown.body).toContain('<code>&quot;none&quot;</code>')
    expect((await stack.cancel(token)).url).toBe(url)
    const sent = await visitor.post(url, { token: shown.token ?? '', action: 'approve' })
    expect([sent.status, sent.location]).toEqual([303, url])
    expect((await visitor.get(url)).page).toBe('approved')
    expect(stack.apiCalls).toEqual([])

    const [one, two] = await Promise.all([stack.cancel(token), stack.cancel(token)])
    expect(stack.apiCalls).toHaveLength(1)
    expect(stack.apiCalls[0]).toMatchObject({ sub: 'auth0|alice' })
    const anew = [one, two].filter(({ text }) => text.includes(NOT_CALLED))
    expect(anew).toHaveLength(1)
    expect(anew[0]?.url).not.toBe(url)
    expect((await visitor.get(url)).status).toBe(404)
    const decided = stack.log.named('confirmation_decided')
    expect(decided.map(({ fields }) => fields['decision'])).toEqual(['approved'])
  })

  test('is not made after it was declined, and the next call is asked about anew', async () => {
    const { stack, token, url, visitor } = await asked()
    const { token: form = '' } = await visitor.open(url, 'alice')
    await visitor.post(url, { token: form, action: 'decline' })
    const second = await stack.cancel(token)
    expect(second).toMatchObject({ isError: true, url: undefined })
    expect(second.text).toMatch(/declined this call, and nothing was called/)
    expect((await stack.cancel(token)).url).not.toBe(url)
    expect(stack.apiCalls).toEqual([])
  })

  test('is asked about by the client where it opens addresses, whose answer approves nothing', async () => {
    const { stack, token } = await asked()
    const capabilities = { elicitation: { url: {} } }
    const first = await stack.cancel(token, { capabilities })
    expect(first).toMatchObject({ isError: false, asksToOpen: true })
    const inputResponses = { confirm_on_page: { action: 'accept' } }
    const second = await stack.cancel(token, { capabilities, inputResponses })
    expect(second).toMatchObject({ isError: true, asksToOpen: false, url: first.url })
    expect(stack.apiCalls).toEqual([])
  })

  test('is asked about by a client that can ask where the page is the fallback', async () => {
    const { stack, token } = await asked({ CONFIRMATION_PAGE: 'fallback' })
    const form = await stack.cancel(token, { capabilities: { elicitation: {} } })
    expect(form).toMatchObject({ isError: false, url: undefined })
    expect((await stack.cancel(token)).url).toBeDefined()
  })

  test('has no page where the page is off', async () => {
    const { stack, first, visitor } = await asked({ CONFIRMATION_PAGE: 'off' })
    expect(first.text).toMatch(/CONFIRMATION_PAGE/)
    for (const path of ['callback', 'A'.repeat(43)]) {
      const answer = await visitor.get(new URL(`/confirm/${path}`, stack.endpoint))
      expect([answer.status, answer.page]).toEqual([404, undefined])
    }
  })
})
