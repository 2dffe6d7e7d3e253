import type { Config } from '../../src/config.js'
import type { Secret } from '../../src/secret.js'
import type { GuardedIo } from '../guarded-output.js'
import { checkApi } from './api-check.js'
import { checkCall } from './call-check.js'
import { checkClient } from './client-check.js'
import { checkConfiguration } from './configuration-check.js'
import { createDeployment, type Deployment } from './deployment.js'
import { checkExchange } from './exchange-check.js'
import { notCheckable, type Finding } from './finding.js'
import { checkInbound } from './inbound-check.js'
import { checkIssuer } from './issuer-check.js'
import type { DoctorOptions } from './options.js'
import type { Hop } from './report-text.js'
import { checkServer } from './server-check.js'
import { checkTokenEndpoint } from './token-endpoint-check.js'
import { checkTools } from './tools-check.js'

export interface Examination {
  readonly onFinding: (finding: Finding) => void
  readonly onHop: (hop: Hop) => void
  readonly token: Secret | undefined
}

/** Makes every check there is, in the order in which one thing needs another; tells each finding as it is made. */
export async function examine(
  options: DoctorOptions,
  io: GuardedIo,
  examination: Examination,
): Promise<void> {
  const tell = (findings: readonly Finding[]): void => {
    findings.forEach(examination.onFinding)
  }
  const { config, findings } = await checkConfiguration(io.directory)
  tell(findings)
  if (config === undefined) {
    tell([notCheckable('everything else', 'The rest can be checked once the settings are right.')])
    return
  }
  keepSecrets(config, io)
  const deployment = createDeployment(config, io)
  try {
    await examineDeployment(deployment, { options, io, examination })
  } finally {
    await deployment.close()
  }
}

async function examineDeployment(
  deployment: Deployment,
  {
    options,
    io,
    examination,
  }: {
    readonly options: DoctorOptions
    readonly io: GuardedIo
    readonly examination: Examination
  },
): Promise<void> {
  const tell = (findings: readonly Finding[]): void => {
    findings.forEach(examination.onFinding)
  }
  await examineIssuers(deployment, tell)
  tell(await checkApi(deployment, options.apiPath))
  tell(await checkServer(deployment, options.endpoint ?? deployment.config.endpoint))
  if (examination.token === undefined) {
    const says = 'Audience, client grant and roles show by an exchange alone.'
    tell([notCheckable('exchange', says, 'Give an access token of a user by --token-stdin.')])
    return
  }
  await examineUser({ ...examination, token: examination.token }, { deployment, options, io })
}

async function examineIssuers(
  deployment: Deployment,
  tell: (findings: readonly Finding[]) => void,
): Promise<void> {
  for (const issuer of deployment.issuers) {
    const { metadata, findings } = await checkIssuer(issuer, deployment)
    tell(findings)
    if (metadata === undefined) {
      tell([notCheckable('token_endpoint', 'The metadata says where it is.')])
      continue
    }
    const { clientAuthentication } = deployment.config.exchange
    tell(checkTokenEndpoint(metadata, clientAuthentication))
    if (metadata.token_endpoint !== undefined) tell(await checkClient(metadata, deployment))
  }
}

async function examineUser(
  { token, onFinding, onHop }: Examination & { readonly token: Secret },
  {
    deployment,
    options,
    io,
  }: {
    readonly deployment: Deployment
    readonly options: DoctorOptions
    readonly io: GuardedIo
  },
): Promise<void> {
  const inbound = await checkInbound(token, deployment)
  inbound.findings.forEach(onFinding)
  if (inbound.claims !== undefined) {
    onHop({ label: 'hop 1, MCP client to MCP server', claims: inbound.claims })
  }
  const { caller } = inbound
  if (caller === undefined) {
    onFinding(notCheckable('exchange', 'What the door does not let in is not exchanged.'))
    return
  }
  onFinding(checkTools(caller, deployment))
  const exchange = await checkExchange({ caller, token }, deployment, io.keep)
  exchange.findings.forEach(onFinding)
  if (exchange.claims !== undefined) {
    onHop({ label: 'hop 2, MCP server to the API', claims: exchange.claims })
  }
  if (!options.callApi || exchange.token === undefined) return
  onFinding(await checkCall(deployment, options.apiPath, exchange.token))
}

function keepSecrets({ exchange, outgoing }: Config, { keep }: GuardedIo): void {
  for (const proxy of [outgoing.proxy.http, outgoing.proxy.https])
    if (proxy !== undefined) keep(proxy)
  const { clientAuthentication, clientCertificate } = exchange
  if ('secret' in clientAuthentication) keep(clientAuthentication.secret)
  if ('privateKey' in clientAuthentication) keep(clientAuthentication.privateKey)
  if (clientCertificate !== undefined) keep(clientCertificate.key)
}
