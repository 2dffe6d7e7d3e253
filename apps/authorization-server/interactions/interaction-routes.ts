import type Provider from 'oidc-provider'
import { type Interaction, type KoaContextWithOIDC, errors } from 'oidc-provider'
import { maySignIn } from '../connections.js'
import type { Directory, UserEntry } from '../directory.js'
import type { EventSink } from '../events.js'
import { settleScopes } from '../granted-scopes.js'
import type { GrantOrganizations } from '../grant-organizations.js'
import { findClient } from '../lookup.js'
import { findOrganization, isMember, notAMemberMessage } from '../organizations.js'
import { readBody } from '../request-body.js'
import { consentPage } from './consent-page.js'
import { readConsentRequest, sortScopes } from './consent-request.js'
import { interactionPath, parseInteractionPath } from './interaction-path.js'
import { formTargetOf, pageHeaders, renderPage, type Page } from './page.js'
import { renderErrorPage } from './render-error.js'
import { signInPage } from './sign-in-page.js'

/** What the pages and their forms need. */
export interface InteractionParts {
  readonly provider: Provider
  readonly directory: Directory
  readonly organizations: GrantOrganizations
  readonly log: EventSink
}

type Step = (
  parts: InteractionParts,
  ctx: KoaContextWithOIDC,
  interaction: Interaction,
) => Promise<void>

/**
 * Creates the middleware that shows the sign-in and consent pages and takes their forms.
 *
 * A form counts only with the interaction's cookie, which is `SameSite=Lax` and bound to its path, so
 * no other site can send it.
 */
export function interactionRoutes(parts: InteractionParts) {
  return async function serveInteraction(
    ctx: KoaContextWithOIDC,
    next: () => Promise<void>,
  ): Promise<void> {
    const path = parseInteractionPath(ctx.path)
    const step = path === undefined ? undefined : STEPS.get(`${ctx.method} ${path.form ?? 'page'}`)
    if (path === undefined || step === undefined) return next()
    try {
      const interaction = await parts.provider.interactionDetails(ctx.req, ctx.res)
      if (interaction.uid !== path.uid) {
        throw new errors.SessionNotFound('another interaction is open')
      }
      await step(parts, ctx, interaction)
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      ctx.status = error.statusCode
      const out = { error: error.error, error_description: error.error_description }
      renderErrorPage(ctx, out, error)
    }
  }
}

const showPage: Step = async (parts, ctx, interaction) => {
  const { uid, params, prompt } = interaction
  const page =
    prompt.name === 'login'
      ? signInPage({
          directory: parts.directory,
          users: parts.directory.users.filter((user) =>
            maySignIn(parts.directory, user, clientIdOf(interaction)),
          ),
          clientName: await clientNameOf(parts.provider, params),
          organization: findOrganization(parts.directory, params['organization']),
          action: interactionPath(uid, 'login'),
          hint: textOf(params['login_hint']),
        })
      : await buildConsentPage(parts, interaction)
  ctx.set(pageHeaders(formTargetOf(params['redirect_uri'])))
  ctx.body = renderPage(page)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

const signIn: Step = async ({ provider, directory, log }, ctx, interaction) => {
  requirePrompt(interaction, 'login')
  const username = (await readForm(ctx)).get('username')
  const user = directory.users.find((candidate) => candidate.username === username)
  if (user === undefined) throw new errors.InvalidRequest('there is no such user')
  const refusal = refusalOf(directory, interaction, user)
  const returnTo = await provider.interactionResult(
    ctx.req,
    ctx.res,
    refusal === undefined
      ? { login: { accountId: user.user_id } }
      : { error: 'access_denied', error_description: refusal },
    { mergeWithLastSubmission: false },
  )
  if (refusal === undefined) {
    log({ type: 'signed_in', username: user.username, clientId: clientIdOf(interaction) })
  }
  continueAt(ctx, returnTo)
}

/** Why a user does not get in; `undefined` for one who does. */
function refusalOf(
  directory: Directory,
  interaction: Interaction,
  user: UserEntry,
): string | undefined {
  if (user.blocked === true) return 'user is blocked'
  if (!maySignIn(directory, user, clientIdOf(interaction))) {
    return 'the connection of the user is not enabled for the client'
  }
  const organization = findOrganization(directory, interaction.params['organization'])
  return organization === undefined || isMember(organization, user.user_id)
    ? undefined
    : notAMemberMessage(organization, user.user_id)
}

const decide: Step = async (parts, ctx, interaction) => {
  requirePrompt(interaction, 'consent')
  const decision = (await readForm(ctx)).get('decision')
  if (decision !== 'allow' && decision !== 'deny') {
    throw new errors.InvalidRequest('the decision must be allow or deny')
  }
  const result =
    decision === 'allow'
      ? { consent: { grantId: await saveConsent(parts, interaction) } }
      : { error: 'access_denied', error_description: 'The user did not allow it' }
  const returnTo = await parts.provider.interactionResult(ctx.req, ctx.res, result)
  if (decision === 'deny') parts.log({ type: 'consent_denied', clientId: clientIdOf(interaction) })
  continueAt(ctx, returnTo)
}

const STEPS: ReadonlyMap<string, Step> = new Map([
  ['GET page', showPage],
  ['POST login', signIn],
  ['POST consent', decide],
])

async function buildConsentPage(
  { provider, directory }: InteractionParts,
  interaction: Interaction,
): Promise<Page> {
  const request = readConsentRequest(directory, interaction)
  if (request === undefined) throw new errors.SessionNotFound('nobody is signed in')
  return consentPage({
    clientName: await clientNameOf(provider, interaction.params),
    clientId: request.clientId,
    isSelfDescribed: findClient(directory, request.clientId) === undefined,
    redirectUri: String(interaction.params['redirect_uri']),
    userName: request.user.name,
    action: interactionPath(interaction.uid, 'consent'),
    ...sortScopes(directory, request),
  })
}

async function saveConsent(
  { provider, directory, organizations, log }: InteractionParts,
  interaction: Interaction,
): Promise<string> {
  const request = readConsentRequest(directory, interaction)
  if (request === undefined) throw new errors.SessionNotFound('nobody is signed in')
  const { user, clientId, organization } = request
  // A grant of another organization never gets here: it was not found when the page was asked for.
  const known =
    interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId)
  const grant = known ?? new provider.Grant({ accountId: user.user_id, clientId })
  settleScopes(directory, grant, request)
  const grantId = await grant.save()
  await organizations.remember(grantId, organization?.id)
  log({ type: 'consent_given', username: user.username, clientId })
  return grantId
}

async function clientNameOf(
  provider: Provider,
  params: Readonly<Record<string, unknown>>,
): Promise<string> {
  const clientId = String(params['client_id'])
  const client = await provider.Client.find(clientId)
  return client?.clientName ?? clientId
}

function clientIdOf({ params }: Interaction): string {
  return String(params['client_id'])
}

function requirePrompt({ prompt }: Interaction, name: string): void {
  if (prompt.name !== name) throw new errors.InvalidRequest(`this form is not open: ${name}`)
}

async function readForm(ctx: KoaContextWithOIDC): Promise<URLSearchParams> {
  try {
    return new URLSearchParams((await readBody(ctx.req)).toString())
  } catch (cause) {
    throw new errors.InvalidRequest('the form is too large', 413, { cause })
  }
}

function continueAt(ctx: KoaContextWithOIDC, location: string): void {
  ctx.status = 303
  ctx.set('cache-control', 'no-store')
  ctx.redirect(location)
}
