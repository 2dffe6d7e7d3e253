import { expect } from 'vitest'
import { CLIENT_ID } from './exchange-answers.js'
import { callbackFor, signInAtOnce } from './page-stand.js'
import { PageVisitor, type PageAnswer } from './page-visitor.js'
import type { MintOptions, TestIssuer } from './test-issuer.js'

/**
 * Has an issuer that exchanges tokens sign everybody in to the page as well: as Alice, and at once. `idToken` is laid over what ID tokens
 * say.
 */
export function letSignIn(issuer: TestIssuer, idToken: () => MintOptions = () => ({})): void {
  const exchange = issuer.tokenResponder
  signInAtOnce(issuer, idToken, CLIENT_ID)
  const signIn = issuer.tokenResponder
  issuer.tokenResponder = (request, res) => {
    const isCode = request.parameters.get('grant_type') === 'authorization_code'
    return isCode ? signIn(request, res) : exchange(request, res)
  }
}

/** Opens the page of a call in a browser of its own, and signs in. */
export async function openPage(
  url: string,
): Promise<{ readonly visitor: PageVisitor; readonly shown: PageAnswer }> {
  const visitor = new PageVisitor(new URL(url).origin)
  const { location = '' } = await visitor.get(url)
  await visitor.get(callbackFor(location))
  return { visitor, shown: await visitor.get(url) }
}

/** What a person does on the page of a call that waits. */
export async function decide(url: string, action: 'approve' | 'decline'): Promise<void> {
  const { visitor, shown } = await openPage(url)
  expect(shown.page).toBe('waiting')
  const sent = await visitor.post(url, { token: shown.token ?? '', action })
  expect(sent.status).toBe(303)
}
