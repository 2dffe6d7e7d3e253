import type { EventEmitter } from 'node:events'
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { EventSink } from './events.js'
import { TOKEN_EXCHANGE_GRANT } from './token-exchange/grant-type.js'

/** Passes the library's events on, without tokens or codes, and keeps it from writing to the console. */
export function logProviderEvents(provider: Provider, log: EventSink): void {
  const refused = (ctx: KoaContextWithOIDC, error: Error): void => {
    log({
      type: 'request_refused',
      endpoint: ctx.path,
      error: error.message,
      description: descriptionOf(error),
      clientId: ctx.oidc.client?.clientId,
    })
  }
  provider.on('authorization.error', refused)
  provider.on('grant.error', refused)
  provider.on('registration_create.error', refused)
  provider.on('userinfo.error', refused)
  provider.on('revocation.error', refused)
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    const { client, params } = ctx.oidc
    const grantType = params?.['grant_type']
    // An exchange reports itself, with more to say.
    if (client === undefined || typeof grantType !== 'string') return
    if (grantType === TOKEN_EXCHANGE_GRANT) return
    log({ type: 'token_issued', clientId: client.clientId, grantType })
  })
  provider.on('registration_create.success', (_ctx, { clientId, clientName }) => {
    log({ type: 'client_registered', clientId, name: clientName })
  })
  provider.on('server_error', (_ctx, error) => {
    log({ type: 'server_error', error })
  })
  // Koa's own event, which the library's types leave out.
  const application: EventEmitter = provider
  application.on('error', (error: Error) => {
    log({ type: 'server_error', error })
  })
}

function descriptionOf(error: Error): string | undefined {
  const description = 'error_description' in error ? error.error_description : undefined
  return typeof description === 'string' ? description : undefined
}
