'use strict'

/*
 * The Action of a Custom Token Exchange profile: an MCP server trades the access token that a user's MCP client sent to
 * it for one of the protected API, as that user.
 *
 * `setup --profile custom-token-exchange` of mcp-on-behalf-of deploys this file as it is. It needs the dependency `jose`
 * and four settings, which Auth0 keeps as secrets of the Action:
 *
 *   SUBJECT_TOKEN_AUDIENCE  identifier of the MCP server's API: the only audience of tokens that are traded
 *   CLIENT_ID               the client as which the MCP server exchanges: the only one that may
 *   TARGET_AUDIENCE         identifier of the protected API: the only one that tokens are issued for
 *   ALLOWED_SCOPES          what may be asked for, separated by spaces
 *
 * Everything is refused that is not plainly an access token of this tenant, issued to a user, for the MCP server alone.
 *
 * Scopes: an exchange has to name its scopes, because one that names none might get everything the user may do at the
 * API; and each of them has to be in ALLOWED_SCOPES. The scopes of the subject token belong to the MCP server's API, so
 * they say nothing about those of the protected API: the MCP server has checked them, and the roles of the user and the
 * client grant decide what is issued. Only the scopes of OpenID Connect mean the same in both tokens. The subject token
 * must have them too, so that an exchange gives no ID token, profile or refresh token that the user has not granted.
 */

const jose = require('jose')

const SECRETS = ['SUBJECT_TOKEN_AUDIENCE', 'CLIENT_ID', 'TARGET_AUDIENCE', 'ALLOWED_SCOPES']
const ALGORITHMS = ['RS256', 'PS256']
const HEADER_TYPES = ['jwt', 'at+jwt']
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const OIDC_SCOPES = new Set(['openid', 'profile', 'email', 'phone', 'address', 'offline_access'])
// A token bound to its sender, one with an actor already or with a chosen one, an ID token, a token about events.
const REFUSED_CLAIMS = ['cnf', 'act', 'may_act', 'nonce', 'at_hash', 'c_hash', 's_hash', 'events']

// `jose` ignores blanks and padding in a signature.
const COMPACT_JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/
const MAX_TOKEN_LENGTH = 16_384
const MAX_USER_ID_LENGTH = 512
const CLOCK_TOLERANCE_SECONDS = 5
// The longest life that an API of Auth0 can give its tokens.
const MAX_LIFE_SECONDS = 30 * 24 * 60 * 60
const MAX_KEYS_LENGTH = 262_144
const KEYS_MAX_AGE_MS = 10 * 60 * 1000
const KEYS_CACHE_KEY = 'mcp-on-behalf-of:jwks'
const FITTING_KEY_MISSING = [jose.errors.JWKSNoMatchingKey, jose.errors.JWKSMultipleMatchingKeys]

/** Without a code, the subject token is to blame: Auth0 counts it against the address that it came from. */
class Refusal extends Error {
  constructor(reason, code) {
    super(reason)
    this.code = code
  }
}

function reject(reason) {
  throw new Refusal(reason)
}

function deny(code, reason) {
  throw new Refusal(reason, code)
}

exports.onExecuteCustomTokenExchange = async (event, api) => {
  try {
    const settings = readSettings(event.secrets)
    assertRequest(event, settings)
    const claims = await verify(event, api.cache, settings)
    assertScopes(event.transaction.requested_scopes, settings, claims)
    const organization = organizationOf(claims, event.organization)
    if (organization !== undefined) api.authentication.setOrganization(organization)
    // Last: nothing that can fail comes after it.
    api.authentication.setUserById(claims.sub)
  } catch (error) {
    refuse(error, api.access)
  }
}

/** Reasons are texts of this file. What else went wrong stays here, since it may quote a token. */
function refuse(error, access) {
  if (!(error instanceof Refusal)) access.deny('server_error', 'The token exchange failed')
  else if (error.code === undefined) access.rejectInvalidSubjectToken(error.message)
  else access.deny(error.code, error.message)
}

function readSettings(secrets) {
  const missing = SECRETS.find((name) => !isText(secrets[name]))
  if (missing !== undefined) deny('server_error', `The Action has no secret ${missing}`)
  return {
    audience: secrets.SUBJECT_TOKEN_AUDIENCE,
    clientId: secrets.CLIENT_ID,
    target: secrets.TARGET_AUDIENCE,
    allowedScopes: new Set(wordsOf(secrets.ALLOWED_SCOPES)),
  }
}

/** The client, the API, and nothing that this Action would have to ignore. */
function assertRequest({ client, resource_server: api, transaction }, { clientId, target }) {
  if (client?.client_id !== clientId) deny('unauthorized_client', 'Not the client of this profile')
  if (!isText(api?.identifier)) deny('invalid_request', 'Name the API in audience')
  if (api.identifier !== target) deny('invalid_target', 'No tokens are issued for this API')
  const { actor_token, actor_token_type, requested_token_type, subject_token } = transaction
  if (actor_token || actor_token_type) deny('invalid_request', 'No actor_token is accepted')
  if (requested_token_type && requested_token_type !== ACCESS_TOKEN) {
    deny('invalid_request', 'Only access tokens are issued')
  }
  if (!isText(subject_token)) deny('invalid_request', 'subject_token is missing')
}

/** Returns the claims of a subject token that a client got for the MCP server, on behalf of a user. */
async function verify({ transaction, request }, cache, { audience }) {
  const { subject_token: token } = transaction
  const header = readHeader(token)
  const issuer = `https://${hostOf(request)}/`
  const key = await findKey(header, issuer, cache)
  const claims = await readClaims(token, key, issuer)
  assertAudience(claims.aud, audience, `${issuer}userinfo`)
  assertLife(claims)
  assertKind(claims)
  assertUser(claims)
  return claims
}

/** Before anything is fetched: a text that can be no token of this tenant costs nothing. */
function readHeader(token) {
  if (token.length > MAX_TOKEN_LENGTH) reject('The subject token is too long')
  if (!COMPACT_JWT.test(token)) reject('The subject token is not a valid JWT')
  const { alg, kid, typ } = decodeHeader(token)
  if (!ALGORITHMS.includes(alg)) reject('The algorithm of the subject token is not accepted')
  if (typeof typ !== 'string' || !HEADER_TYPES.includes(typ.toLowerCase())) {
    reject('The type of the subject token is not that of an access token')
  }
  if (!isText(kid)) reject('The subject token does not name its key')
  return { alg, kid }
}

function decodeHeader(token) {
  try {
    return jose.decodeProtectedHeader(token)
  } catch {
    return reject('The subject token is not a valid JWT')
  }
}

/** The host that the request came to, as Auth0 says it, with nothing in it that would change the meaning of a URL. */
function hostOf({ hostname }) {
  if (typeof hostname === 'string' && /^[a-z0-9.-]+(?::\d{1,5})?$/i.test(hostname)) return hostname
  return deny('server_error', 'The host name of the tenant is not known')
}

/** The tenant's key. When it is unknown, the keys are fetched again, at most every 30 seconds. */
async function findKey(header, issuer, cache) {
  const held = await cachedKeys(issuer, cache)
  const heldSince = held.uat
  const find = jose.createRemoteJWKSet(new URL('.well-known/jwks.json', issuer), {
    [jose.jwksCache]: held,
    [jose.customFetch]: fetchKeys,
    cacheMaxAge: KEYS_MAX_AGE_MS,
  })
  try {
    return await find(header)
  } catch (error) {
    if (!FITTING_KEY_MISSING.some((kind) => error instanceof kind)) throw error
    return reject('No key of this tenant fits the subject token')
  } finally {
    if (held.uat !== heldSince) await keepKeys(issuer, cache, held)
  }
}

/** `fetch` that reads no more than keys can be. */
async function fetchKeys(url, options) {
  const response = await fetch(url, options)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_KEYS_LENGTH) throw new Error('The keys are too long')
  }
  return new Response(text, response)
}

/** The issuer's keys of an earlier run, as jose takes them. A cache that is empty, broken or out of order holds none. */
async function cachedKeys(issuer, cache) {
  try {
    const record = await cache.get(KEYS_CACHE_KEY)
    const { jwks, uat, issuer: owner } = JSON.parse(record.value)
    return owner === issuer && uat <= Date.now() ? { jwks, uat } : {}
  } catch {
    return {}
  }
}

/** Without certificates: an entry of the cache has 4 KB. */
async function keepKeys(issuer, cache, { jwks, uat }) {
  try {
    const keys = jwks.keys.map(({ kty, n, e, kid, alg, use }) => ({ kty, n, e, kid, alg, use }))
    const value = JSON.stringify({ jwks: { keys }, uat, issuer })
    await cache.set(KEYS_CACHE_KEY, value, { ttl: KEYS_MAX_AGE_MS })
  } catch {
    // The keys are fetched again next time.
  }
}

/** Signature, issuer, `exp` and `nbf`. */
async function readClaims(token, key, issuer) {
  try {
    const { payload } = await jose.jwtVerify(token, key, {
      algorithms: ALGORITHMS,
      issuer,
      requiredClaims: ['sub', 'aud', 'iat', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    })
    return payload
  } catch (error) {
    if (!(error instanceof jose.errors.JOSEError)) throw error
    return reject(reasonOf(error))
  }
}

function reasonOf(error) {
  if (error instanceof jose.errors.JWTExpired) return 'The subject token has expired'
  if (error instanceof jose.errors.JWTClaimValidationFailed) {
    return `A claim of the subject token is not acceptable: ${error.claim}`
  }
  if (error instanceof jose.errors.JWSSignatureVerificationFailed) {
    return 'The signature of the subject token is wrong'
  }
  return 'The subject token is not a valid JWT'
}

/** For the MCP server alone. Auth0 adds the userinfo endpoint where `openid` was asked for. */
function assertAudience(actual, audience, userinfo) {
  const accepted = [audience, [audience, userinfo]].map((one) => JSON.stringify(one))
  if (!accepted.includes(JSON.stringify(actual)))
    reject('The subject token is for another audience')
}

/** Both are numbers: `jose` has seen to that. */
function assertLife({ iat, exp }) {
  const latest = Math.floor(Date.now() / 1000) + CLOCK_TOLERANCE_SECONDS
  if (iat > latest || iat >= exp || exp - iat > MAX_LIFE_SECONDS) {
    reject('The times of the subject token are not plausible: iat, exp')
  }
}

function assertKind(claims) {
  const found = REFUSED_CLAIMS.find((name) => Object.hasOwn(claims, name))
  if (found !== undefined) reject(`A subject token with the claim ${found} is not exchanged`)
}

/** No application and no agent, by each of the marks that Auth0 has for them. */
function assertUser({ sub, azp, client_id: clientId, gty, sub_profile: profile }) {
  if (!isText(sub) || sub !== sub.trim() || sub.length > MAX_USER_ID_LENGTH) {
    reject('The subject token does not say which user it is for')
  }
  const clients = [azp, clientId].filter((client) => client !== undefined)
  if (!isText(clients[0]) || clients.some((client) => client !== clients[0])) {
    reject('The subject token does not say which client it was issued to')
  }
  const isMachine =
    /@clients$|^agt_/i.test(sub) ||
    clients.includes(sub) ||
    wordsOf(gty).some((word) => /^client[-_]credentials$/i.test(word)) ||
    wordsOf(profile).some((word) => word !== 'user')
  if (isMachine) reject('The subject token is not that of a user')
}

function assertScopes(requested, { allowedScopes }, claims) {
  const granted = new Set(wordsOf(claims.scope))
  if (!Array.isArray(requested) || requested.length === 0) {
    deny('invalid_scope', 'Name the scopes that the token is to have')
  }
  if (!requested.every((scope) => allowedScopes.has(scope))) {
    deny('invalid_scope', 'A requested scope is not among ALLOWED_SCOPES')
  }
  if (!requested.every((scope) => !OIDC_SCOPES.has(scope) || granted.has(scope))) {
    deny('invalid_scope', 'The subject token lacks a requested scope of OpenID Connect')
  }
}

/** The organization that the user signed in to. A request can name it, and no other one. */
function organizationOf({ org_id: organization }, requested) {
  // `setOrganization` takes names too: a claim that is no id must not be taken for one.
  const isId = typeof organization === 'string' && /^org_\w{1,100}$/.test(organization)
  if (organization !== undefined && !isId) reject('The subject token has a malformed org_id')
  if (requested && requested.id !== organization) {
    deny('invalid_request', 'The organization is not that of the subject token')
  }
  return organization
}

/** The words of a claim that is a text or a list of texts; none where the token does not have it. */
function wordsOf(value = []) {
  const texts = [value].flat()
  if (!texts.every((text) => typeof text === 'string')) reject('A claim has the wrong type')
  return texts.join(' ').split(/\s+/).filter(isText)
}

function isText(value) {
  return typeof value === 'string' && value.trim() !== ''
}
