import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signIn, type SignInOptions } from '../../apps/development/sign-in.js'
import { run } from '../../cli/doctor/run.js'
import type { CommandIo } from '../../cli/io.js'
import type { OpenBrowser } from '../../cli/open-browser.js'
import type { Environment } from '../../src/config/config.js'
import { recordingIo, type RecordingIo } from '../helpers/command-io.js'
import { ManualClock } from '../helpers/exchange-clock.js'
import { answerWith } from '../helpers/exchange-answers.js'
import type { TokenRequest } from '../helpers/test-issuer.js'
import { readReport, writeEnv, type Diagnosis } from './doctor-support.js'
import { exchangeOrRefuse, settingsOf, type World } from './doctor-world.js'

/** A code that only the token endpoint of {@link allowSignIn} knows. */
export const CODE = 'code-of-this-sign-in-a1b2c3d4e5f6'

/** What the doctor has sent to the browser. */
export interface BrowserRequest {
  readonly url: URL
  readonly redirectUri: URL
  readonly state: string
  /** Comes back with these parameters, and `state` where none is among them. */
  readonly comeBack: (parameters: Readonly<Record<string, string>>) => Promise<Response>
}

/** A browser that does what a test says, in place of a person. */
export function browserThat(act: (request: BrowserRequest) => Promise<unknown>): OpenBrowser {
  return async (url) => {
    const redirectUri = new URL(url.searchParams.get('redirect_uri') ?? '')
    const state = url.searchParams.get('state') ?? ''
    await act({
      ...{ url, redirectUri, state },
      comeBack: (parameters) =>
        fetch(withQuery(redirectUri, { state, ...parameters }), { redirect: 'manual' }),
    })
  }
}

export function withQuery(url: URL, parameters: Readonly<Record<string, string>>): URL {
  const called = new URL(url)
  for (const [name, value] of Object.entries(parameters)) called.searchParams.append(name, value)
  return called
}

/** A person at the pages of the development authorization server. */
export function person(username: string, consent?: SignInOptions['consent']): OpenBrowser {
  return async (authorizationUrl) => {
    await fetch(await signIn({ authorizationUrl, username, consent }))
  }
}

export interface SignedInDiagnosis extends Diagnosis {
  /** All that was written, stdout and stderr. */
  readonly output: string
}

/** Runs the doctor in a directory with `--sign-in`, and this browser. Time stands still; what the browser fails with is thrown. */
export async function diagnoseSignedIn(
  directory: string,
  { openBrowser, ...parts }: Partial<CommandIo> & { readonly openBrowser: OpenBrowser },
  ...argv: readonly string[]
): Promise<SignedInDiagnosis> {
  const time = new ManualClock()
  const failures: unknown[] = []
  const browser: OpenBrowser = async (url) => {
    try {
      await openBrowser(url)
    } catch (error) {
      failures.push(error)
      await time.advance(3_600_000)
    }
  }
  const io: RecordingIo = recordingIo({
    ...{ directory, openBrowser: browser, timers: time.timers },
    ...parts,
  })
  const code = await run(['--sign-in', '--json', ...argv], io)
  if (failures.length > 0) throw failures[0]
  return { ...readReport(code, io.stdout()), output: io.output() }
}

/** The same on a world of its own parts, as a client that is registered there. */
export async function visitSignedIn(
  world: World,
  parts: Partial<CommandIo> & { readonly openBrowser: OpenBrowser },
  changes: { readonly environment?: Environment; readonly argv?: readonly string[] } = {},
): Promise<SignedInDiagnosis> {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  try {
    writeEnv(directory, { ...settingsOf(world), ...changes.environment })
    const argv = changes.argv ?? ['--client-id', 'some-client']
    return await diagnoseSignedIn(directory, parts, ...argv)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export interface AllowedSignIn {
  /** What the metadata has differently from what is right; `undefined` leaves a member out. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** What the browser does. Default: it comes back with the code, as it should. */
  readonly act?: (request: BrowserRequest) => Promise<unknown>
  /** What the token endpoint answers with differently. */
  readonly tokens?: Readonly<Record<string, unknown>>
}

/** Lets people sign in at the issuer of a world, and gives the browser that they do so with. */
export function allowSignIn(world: World, allowed: AllowedSignIn = {}): OpenBrowser {
  const { issuer } = world
  const comeBack = (request: BrowserRequest): Promise<unknown> =>
    request.comeBack({ code: CODE, iss: issuer.issuer })
  const act = allowed.act ?? comeBack
  let challenge: string | null = null
  issuer.metadataResponder = (_req, res) => {
    answerWith(res, { ...signInMetadata(issuer.issuer), ...allowed.metadata })
  }
  issuer.tokenResponder = async (request, res) => {
    if (!request.parameters.has('resource')) {
      await exchangeOrRefuse(issuer)(request, res)
    } else if (request.parameters.get('code') !== CODE || challenge !== challengeOf(request)) {
      answerWith(res, { error: 'invalid_grant' }, 400)
    } else {
      answerWith(res, await tokensFor(world, request, allowed.tokens))
    }
  }
  return browserThat((request) => {
    challenge = request.url.searchParams.get('code_challenge')
    return act(request)
  })
}

function signInMetadata(issuer: string): Readonly<Record<string, unknown>> {
  return {
    ...{ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` },
    authorization_endpoint: `${issuer}authorize`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    grant_types_supported: [
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
  }
}

function challengeOf({ parameters }: TokenRequest): string {
  return createHash('sha256')
    .update(parameters.get('code_verifier') ?? '')
    .digest('base64url')
}

async function tokensFor(
  { issuer }: World,
  { parameters }: TokenRequest,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const accessToken = await issuer.mint(parameters.get('resource') ?? '')
  return { access_token: accessToken, token_type: 'Bearer', expires_in: 600, ...changes }
}
