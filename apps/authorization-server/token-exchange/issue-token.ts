import type { AccessToken, TokenEndpointGrantContext } from 'oidc-provider'
import type { ResourceServerEntry } from '../directory.js'
import { describeResourceServer } from '../resource-servers.js'
import { type Actor, attachDelegation } from './delegation.js'
import type { ExchangeParts } from './exchange-parts.js'
import type { Proof } from './sender-constraint.js'

/** All that an exchanged token depends on. */
export interface Issue {
  readonly api: ResourceServerEntry
  readonly userId: string
  readonly scopes: readonly string[]
  /** Who acts for the user; `undefined` for a token without `act`. */
  readonly act?: Actor | undefined
  /** The grant that the token belongs to, by which its organization is known. */
  readonly grantId: string
  /** Seconds; defaults to the API's `token_lifetime`. */
  readonly lifetimeSeconds?: number
  /** Binds the token to a key. */
  readonly proof: Proof | undefined
}

/** An access token as the client gets it, and the library's record of it. */
export interface IssuedToken {
  readonly value: string
  readonly token: AccessToken
}

/** Signs the access token of an exchange, in the dialect of its API. */
export async function issueToken(
  ctx: TokenEndpointGrantContext,
  { directory, keys }: Pick<ExchangeParts, 'directory' | 'keys'>,
  issue: Issue,
): Promise<IssuedToken> {
  const { client, provider } = ctx.oidc
  const { api, scopes, act, proof, lifetimeSeconds } = issue
  const description = describeResourceServer(directory, keys, {
    identifier: api.identifier,
    clientId: client.clientId,
  })
  const token = new provider.AccessToken({
    client,
    accountId: issue.userId,
    grantId: issue.grantId,
    gty: 'token_exchange',
    resourceServer: new provider.ResourceServer(api.identifier, description),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(lifetimeSeconds !== undefined && { expiresIn: lifetimeSeconds }),
  })
  if (proof !== undefined) token.setThumbprint('jkt', proof.thumbprint)
  if (act !== undefined) attachDelegation(ctx, act)
  ctx.oidc.entity('AccessToken', token)
  return { value: await token.save(), token }
}
