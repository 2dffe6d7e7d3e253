import * as openid from 'openid-client'
import { COMMAND_LINE_CLIENT } from './token-command-for.js'
import { signIn } from './sign-in.js'

export interface ObtainTokenOptions {
  readonly issuer: string
  readonly username: string
  /** Whom the token is for (RFC 8707). */
  readonly resource: string
  /** Space-separated. */
  readonly scope: string
  /** A public client that may be called back at 127.0.0.1. Default `curl`. */
  readonly clientId?: string | undefined
}

const REDIRECT_URI = 'http://127.0.0.1:33419/callback'

/** Gets an access token by the authorization-code flow with PKCE, pressing the buttons of the sign-in page. */
export async function obtainToken(options: ObtainTokenOptions): Promise<string> {
  const config = await openid
    .discovery(
      new URL(options.issuer),
      options.clientId ?? COMMAND_LINE_CLIENT,
      undefined,
      openid.None(),
      {
        execute: [openid.allowInsecureRequests],
      },
    )
    .catch((cause: unknown) => {
      throw new Error(
        `No authorization server answers at ${options.issuer}. Is npm start running?`,
        {
          cause,
        },
      )
    })
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const authorizationUrl = openid.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: options.scope,
    resource: options.resource,
    state: expectedState,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const callback = await signIn({ authorizationUrl, username: options.username })
  const tokens = await openid
    .authorizationCodeGrant(
      config,
      callback,
      { pkceCodeVerifier, expectedState },
      { resource: options.resource },
    )
    .catch((cause: unknown) => {
      throw refusal(cause)
    })
  return tokens.access_token
}

/** The library's own message does not say what the server said. */
function refusal(cause: unknown): unknown {
  const refused =
    cause instanceof openid.AuthorizationResponseError || cause instanceof openid.ResponseBodyError
  if (!refused) return cause
  const said = [cause.error, cause.error_description].filter((part) => part !== undefined)
  return new Error(`The authorization server refused: ${said.join(', ').replace(/\.$/, '')}.`, {
    cause,
  })
}
