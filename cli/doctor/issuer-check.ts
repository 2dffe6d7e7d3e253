import { RemoteDocumentError, type Fetch } from '../../src/identity/fetch-json.js'
import type { Issuer } from '../../src/identity/issuer-keys.js'
import { fetchIssuerMetadata, type IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import { printable } from '../printable.js'
import { CHECK_TIMEOUT_MS, issuerSetting, locationsOf, type Deployment } from './deployment.js'
import { notCheckable, ok, wrong, type Finding } from './finding.js'

export interface CheckedIssuer {
  readonly metadata?: IssuerMetadata
  readonly findings: readonly Finding[]
}

/** What the doors tolerate; the Date header itself is a second coarse. */
const TOLERANCE_MS = 5_000
const COARSE_MS = 1_000

/** One authorization server: its metadata and name, its keys, and its clock against ours. */
export async function checkIssuer(issuer: Issuer, deployment: Deployment): Promise<CheckedIssuer> {
  const dates: { skewMs: number | undefined } = { skewMs: undefined }
  const setting = issuerSetting(deployment.config, issuer.issuer)
  try {
    const location = locationsOf(deployment.config).find((one) => one.issuer === issuer.issuer)
    const metadata = await fetchIssuerMetadata(issuer.issuer, {
      metadataUrl: location?.metadataUrl,
      ignoreKeys: location?.jwksUrl !== undefined,
      dangerouslyAllowHttp: location?.dangerouslyAllowHttp,
      fetch: datingFetch(deployment, dates),
      timeoutMs: CHECK_TIMEOUT_MS,
    })
    const found = ok('issuer.metadata', `${issuer.issuer} answers, and calls itself just that.`)
    const findings = [found, await checkKeys(issuer), checkClock(dates.skewMs)]
    return { metadata, findings }
  } catch (error) {
    if (!(error instanceof RemoteDocumentError)) throw error
    return { findings: [metadataFault(error, setting), checkClock(dates.skewMs)] }
  }
}

function metadataFault(error: RemoteDocumentError, setting: string): Finding {
  const { fault, url, status, cause } = error
  const check = 'issuer.metadata'
  switch (fault) {
    case 'unreachable':
    case 'timed_out':
      return wrong(
        check,
        `${url} does not answer (${fault}).`,
        `Check ${setting}, and this machine's way there: DNS, proxy, firewall, certificates (NODE_EXTRA_CA_CERTS).`,
      )
    case 'unexpected_status':
      return wrong(
        check,
        `${url} answers ${status ?? 'otherwise'}: there is no metadata of an authorization server.`,
        `Check ${setting}: it has to be the issuer identifier, not a page of it.`,
      )
    case 'not_json':
    case 'too_large':
    case 'invalid':
      return wrong(
        check,
        `${url} holds no metadata that can be trusted: ${reasonOf(cause)}.`,
        `Write ${setting} exactly as the server writes its issuer, a trailing slash included; all its endpoints have to be https.`,
      )
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'it is not JSON'
  return cause.name === 'Error' ? printable(cause.message) : 'it is not what RFC 8414 describes'
}

async function checkKeys(issuer: Issuer): Promise<Finding> {
  const check = 'issuer.keys'
  const keySet = await issuer.keys(undefined).catch(() => undefined)
  if (keySet === undefined) {
    return wrong(
      check,
      'The public keys (jwks_uri) cannot be had.',
      'Open the jwks_uri of the metadata from this machine: it has to answer 200 with a JSON key set.',
    )
  }
  const usable = keySet.keys.filter(
    ({ kty, alg }) => kty === 'RSA' && (alg === undefined || alg === 'RS256'),
  )
  return usable.length > 0
    ? ok(check, `${usable.length} key(s) for RS256.`)
    : wrong(
        check,
        'There is no key for RS256, with which access tokens have to be signed.',
        'Auth0: set Signing Algorithm of both APIs to RS256 (Dashboard, Applications, APIs, Settings). Others: sign access tokens with RS256.',
      )
}

function datingFetch({ fetch, clock }: Deployment, dates: { skewMs: number | undefined }): Fetch {
  return async (input, init) => {
    const before = clock()
    const response = await fetch(input, init)
    const dated = Date.parse(response.headers.get('date') ?? '')
    // A cached answer has the date of its first delivery.
    if (!Number.isNaN(dated) && response.headers.get('age') === null) {
      dates.skewMs = dated + COARSE_MS / 2 - (before + clock()) / 2
    }
    return response
  }
}

function checkClock(skewMs: number | undefined): Finding {
  const check = 'clock'
  if (skewMs === undefined) {
    return notCheckable(check, 'The authorization server does not say what time it is.')
  }
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  const direction = skewMs > 0 ? 'behind' : 'ahead of'
  return Math.abs(skewMs) <= TOLERANCE_MS + COARSE_MS
    ? ok(check, "This machine's clock agrees with the authorization server's.")
    : wrong(
        check,
        `This machine's clock is ${seconds} s ${direction} the authorization server's.`,
        'Synchronise the clock (NTP): tokens are judged by it, with 5 s of tolerance.',
      )
}
