import { RemoteDocumentError } from '../../src/http/fetch-json.js'
import type { Issuer } from '../../src/identity/issuer-keys.js'
import { fetchIssuerMetadata, type IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import { CHECK_TIMEOUT_MS, locationsOf, type Deployment } from './deployment.js'
import type { Diagnosis } from './diagnosis.js'
import { visitingFetch, type DocumentVisit } from './document-visits.js'
import { notCheckable, ok, wrong, type Finding } from './finding.js'
import { issuerSetting } from './issuer-setting.js'
import { checkKeys } from './keys-check.js'
import { metadataFault } from './metadata-fault.js'

/**
 * One authorization server: its metadata and name, its keys, and its clock against ours. Gives the metadata where
 * it can be used.
 */
export async function checkIssuer(
  known: Issuer,
  deployment: Deployment,
  diagnosis: Diagnosis,
): Promise<IssuerMetadata | undefined> {
  const { issuer } = known
  const { fetch, clock, config, provider } = deployment
  const visits: DocumentVisit[] = []
  let metadata: IssuerMetadata | undefined
  try {
    const location = locationsOf(config).find((one) => one.issuer === issuer)
    metadata = await fetchIssuerMetadata(issuer, {
      metadataUrl: location?.metadataUrl,
      ignoreKeys: location?.jwksUrl !== undefined,
      dangerouslyAllowHttp: location?.dangerouslyAllowHttp,
      fetch: visitingFetch(fetch, clock, visits),
      timeoutMs: CHECK_TIMEOUT_MS,
    })
    const message = `${issuer} answers, and calls itself just that.`
    diagnosis.tell({ ...ok('issuer.metadata', message), issuer })
  } catch (error) {
    if (!(error instanceof RemoteDocumentError)) throw error
    const setting = issuerSetting(config, issuer)
    const fault = await metadataFault(error, {
      ...{ visits, setting, issuer, fetch },
      words: provider.words,
    })
    diagnosis.tell({ ...fault, issuer })
  }
  if (diagnosis.canMake('issuer.keys', issuer)) {
    diagnosis.tell({ ...(await checkKeys(known, deployment)), issuer })
  }
  diagnosis.tell({ ...checkClock(visits, config.clockToleranceSeconds), issuer })
  return metadata
}

function checkClock(visits: readonly DocumentVisit[], toleranceSeconds: number): Finding {
  const check = 'clock'
  const skew = visits.findLast((visit) => visit.skew !== undefined)?.skew
  if (skew === undefined) {
    return notCheckable(check, 'The authorization server does not say what time it is.')
  }
  const { leastMs, mostMs } = skew
  const toleranceMs = toleranceSeconds * 1_000
  // A slow answer leaves room for doubt, and only what is beyond doubt is wrong.
  if (leastMs <= toleranceMs && mostMs >= -toleranceMs) {
    return ok(check, "This machine's clock agrees with the authorization server's.")
  }
  const seconds = Math.round(Math.abs(leastMs + mostMs) / 2_000)
  return wrong(
    check,
    `This machine's clock is ${seconds} s ${leastMs > 0 ? 'behind' : 'ahead of'} the authorization server's.`,
    `Synchronise the clock (NTP): tokens are judged by it, with ${toleranceSeconds} s of tolerance (CLOCK_TOLERANCE_SECONDS).`,
  )
}
