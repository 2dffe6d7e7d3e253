// An application with the AI SDK's MCP client inside, for the toolbox's Node. Its parent process gives it orders
// and stands in for the person at the browser; both by messages.
import process from 'node:process'
import { randomUUID } from 'node:crypto'
import { URL } from 'node:url'

const [library, endpoint, protocol, whoStepsUp] = process.argv.slice(2)
const { auth, createMCPClient, UnauthorizedError } = await import(library)

const kept = {}
let challenge = {}
let signedIn

const authProvider = {
  redirectUrl: 'http://127.0.0.1:33420/callback',
  clientMetadata: {
    client_name: 'AI SDK application',
    redirect_uris: ['http://127.0.0.1:33420/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void (kept.client = client),
  isClientInformationDynamicallyRegistered: () => true,
  authorizationServerInformation: () => kept.server,
  saveAuthorizationServerInformation: (server) => void (kept.server = server),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  state: () => randomUUID(),
  saveState: (state) => void (kept.state = state),
  storedState: () => kept.state,
  invalidateCredentials: (what) => {
    if (what === 'all' || what === 'tokens') delete kept.tokens
    if (what === 'all' || what === 'client') delete kept.client
  },
  redirectToAuthorization: (url) => {
    signedIn = new Promise((resolve) => process.once('message', resolve))
    process.send({ open: url.href })
  },
}

/** Hands the callback's parameters to the library. */
async function finishSignIn() {
  const { callback } = await signedIn
  const parameters = new URL(callback).searchParams
  await auth(authProvider, {
    serverUrl: endpoint,
    authorizationCode: parameters.get('code'),
    callbackState: parameters.get('state'),
    callbackIssuer: parameters.get('iss') ?? undefined,
  })
}

/** The library has no step-up of its own; an application that wants one does this. */
async function stepUp() {
  delete kept.tokens
  await auth(authProvider, { serverUrl: endpoint, ...challenge })
  await finishSignIn()
}

async function signingIn(request) {
  try {
    return await request()
  } catch (error) {
    // After connecting, the library wraps it.
    const reason = error instanceof UnauthorizedError ? error : error.cause
    if (reason instanceof UnauthorizedError) await finishSignIn()
    else if (error.statusCode === 403 && whoStepsUp === 'application') await stepUp()
    else throw error
    return await request()
  }
}

async function noticingChallenges(input, init) {
  const response = await globalThis.fetch(input, init)
  const header = response.headers.get('www-authenticate') ?? ''
  if (response.status === 403) {
    const metadata = /resource_metadata="([^"]*)"/.exec(header)?.[1]
    challenge = {
      scope: /scope="([^"]*)"/.exec(header)?.[1],
      resourceMetadataUrl: metadata === undefined ? undefined : new URL(metadata),
    }
  }
  return response
}

const connect = () =>
  createMCPClient({
    transport: { type: 'http', url: endpoint, authProvider, fetch: noticingChallenges },
    protocolVersionDiscovery: protocol !== 'legacy',
  })

const client = await signingIn(connect)
const orders = {
  list: () => client.listTools(),
  call: ({ name, args }) => client.callTool({ name, arguments: args }),
}

process.send({ ready: true })
process.on('message', async (message) => {
  if (message.order === undefined) return
  try {
    process.send({ result: await signingIn(() => orders[message.order](message)) })
  } catch (error) {
    process.send({ failure: String(error?.message ?? error), status: error?.statusCode })
  }
})
process.on('disconnect', async () => {
  await client.close()
  process.exit()
})
