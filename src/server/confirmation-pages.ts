import type { RequestHandler } from 'express'
import { confirmationPageRoute } from '../../routes/confirmation-page.js'
import {
  PAGE_CLIENT_OPTION,
  type ConfirmationPageRouteOptions,
} from '../../routes/confirmation-page-options.js'
import { createConfirmationPage, type ConfirmationPage } from '../confirmation/confirmation-page.js'
import type { ConfirmationOptions, PageUse } from '../confirmation/confirmation.js'
import { withAssertionDefaults, type AssertionDefaults } from '../exchange/client-authentication.js'
import type { ComposedOnBehalfOf } from '../on-behalf-of/on-behalf-of.js'
import type { OnBehalfOfOptions } from '../on-behalf-of/options.js'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Revocation } from '../revocation/revocation.js'

/** The page of a server on which users approve calls. */
export interface ConfirmationPageSettings {
  /** For which clients: those that cannot ask their user, or all. */
  readonly use: PageUse
  /** As which client people sign in, and how it proves itself. */
  readonly client: ConfirmationPageRouteOptions['client']
}

/** The schema of `ConfirmationPageSettings`. */
export const CONFIRMATION_PAGE_OPTION = optionsSchema<ConfirmationPageSettings>({
  use: optionValues.oneOf('fallback', 'always'),
  client: PAGE_CLIENT_OPTION,
})

/** What the page takes from the options of a server. */
export interface ConfirmationPageParts extends Pick<
  OnBehalfOfOptions,
  'endpoint' | 'log' | 'clockToleranceSeconds' | 'dangerouslyAllowHttp' | 'exchange' | 'shared'
> {
  readonly confirmation?: ConfirmationOptions | undefined
  readonly confirmationPage?: ConfirmationPageSettings | undefined
}

/** `undefined` where there is no page. A tool that asks may come with a later document. */
export function confirmationPageFor(options: ConfirmationPageParts): ConfirmationPage | undefined {
  const { endpoint, confirmationPage, confirmation, shared } = options
  if (confirmationPage === undefined) return undefined
  const { lifetimeMs, clock } = confirmation ?? {}
  return createConfirmationPage({ endpoint, lifetimeMs, shared, clock })
}

/** What the page is served with. */
export interface PageParts {
  readonly page: ConfirmationPage
  readonly front: ComposedOnBehalfOf
  readonly revocation: Revocation | undefined
}

/** Serves the page, by the issuers and the rules for users that calls are verified with. */
export function pagesFor(
  {
    confirmationPage,
    log,
    clockToleranceSeconds,
    dangerouslyAllowHttp,
    exchange,
  }: ConfirmationPageParts,
  { page, front, revocation }: PageParts,
): RequestHandler | undefined {
  if (confirmationPage === undefined) return undefined
  // People sign in at the issuers that stand for their tenants, so that none of them has another primary one.
  const { claimProfile } = front.callerPolicy
  const client = signedAs(confirmationPage.client, front.clientAssertion)
  return confirmationPageRoute({
    ...{ page, log, clockToleranceSeconds, dangerouslyAllowHttp, claimProfile },
    ...{ issuers: front.issuers, client, fetch: front.fetch },
    ...{ revocation, timeoutMs: exchange?.timeoutMs },
  })
}

/** A client whose assertions are as the authorization server wants them, where it says nothing else itself. */
function signedAs(
  client: ConfirmationPageSettings['client'],
  defaults: AssertionDefaults | undefined,
): ConfirmationPageSettings['client'] {
  const { id } = client
  if (!('authentication' in client)) return { id, ...withAssertionDefaults(client, defaults) }
  const { authentication: source } = client
  const current = () => withAssertionDefaults(source.current(), defaults)
  return { id, authentication: { current } }
}
