import { scrub } from '../../../src/logging/scrub.js'
import { printable } from '../../printable.js'
import { notCheckable, ok, wrong, type Observation } from '../finding.js'
import type { ProviderWords } from '../providers/provider-words.js'
import type { AuthorizationServer } from './authorization-server.js'
import type { CallbackListener } from './callback-listener.js'

const CHECK = 'sign_in.answer'

const HINTS: Readonly<Record<string, (words: ProviderWords) => string>> = {
  invalid_scope: () =>
    'Have the authorization server know these scopes for this server, and let this client ask for them; --scope asks for others.',
  invalid_target: ({ resource }) =>
    `Have the authorization server know the resource, and let this client ask for it. ${resource}`,
  unauthorized_client: () => 'Allow this client the authorization code grant.',
  unsupported_response_type: () => 'Allow this client the response type code.',
  invalid_request: () =>
    'Check that the redirect URI of the doctor is registered for this client, and that the authorization server takes PKCE and resource (RFC 8707).',
}
const PASSING = new Set(['server_error', 'temporarily_unavailable'])

/**
 * What the answer to an authorization request came to (RFC 6749 §4.1.2, RFC 9207). Its `state` has been compared already.
 * `ok` only for an answer of this server that has a code.
 */
export function judgeAnswer(
  parameters: URLSearchParams,
  { issuer, metadata }: AuthorizationServer,
  words: ProviderWords,
): Observation {
  const named = parameters.getAll('iss')
  if (named.some((name) => name !== issuer)) {
    return wrong(
      CHECK,
      `The answer is of another authorization server: it names ${printable(named.join(' '))}, and the sign-in began at ${issuer}. Its code was sent to nobody.`,
      'Have the authorization server put its own issuer identifier into iss, byte for byte (RFC 9207). If it does: somebody has mixed up two sign-ins; begin anew.',
    )
  }
  if (named.length === 0 && metadata['authorization_response_iss_parameter_supported'] === true) {
    return wrong(
      CHECK,
      'The answer does not name its issuer, although the metadata says that every answer does (RFC 9207).',
      'Have the authorization server add iss to its answers, or correct authorization_response_iss_parameter_supported in its metadata.',
    )
  }
  const [error] = parameters.getAll('error')
  if (error !== undefined) {
    return refusal(error, parameters.get('error_description'), words)
  }
  const [code = '', ...others] = parameters.getAll('code')
  return code !== '' && others.length === 0
    ? ok(CHECK, 'The person is back from the sign-in, with a code.')
    : wrong(
        CHECK,
        'The answer has neither one code nor an error.',
        'Have the authorization server answer as RFC 6749 §4.1.2 describes it.',
      )
}

function refusal(error: string, description: string | null, words: ProviderWords): Observation {
  const answered = [error, description].flatMap((word) => scrub(word, 200) ?? [])
  const said = printable(answered.join(': '))
  if (error === 'access_denied') {
    return notCheckable(
      CHECK,
      `The authorization server let nobody in (${said}).`,
      `Either the person declined, or the authorization server does not let this user or this client in. ${words.signIn}`,
    )
  }
  const message = `The authorization server refuses the sign-in (${said}).`
  return PASSING.has(error)
    ? notCheckable(CHECK, message, 'Try again later.')
    : wrong(
        CHECK,
        message,
        (Object.hasOwn(HINTS, error) ? HINTS[error]?.(words) : undefined) ?? words.log,
      )
}

/** Nobody came back in time; says what came instead. */
export function unanswered(
  timeoutMs: number,
  { strayAnswers, documentAddress, documentWasRead }: CallbackListener,
): Observation {
  const waited = `Nobody came back from the sign-in within ${timeoutMs / 1_000} s`
  const strays = strayAnswers()
  if (strays > 0) {
    return wrong(
      CHECK,
      `${waited}. What came (${strays}) did not have the state of this sign-in, and was not looked at.`,
      'Sign in at the address that the doctor showed, in one window. If that was done: have the authorization server give state back as it was sent (RFC 6749 §4.1.2).',
    )
  }
  const address = documentAddress()
  if (address !== undefined && !documentWasRead()) {
    return notCheckable(
      CHECK,
      `${waited}, and the authorization server did not fetch ${address}, which describes the doctor as a client.`,
      'If the browser showed an error for that: the authorization server does not reach this address (it may run in a container). Give a client by --client-id.',
    )
  }
  return notCheckable(
    CHECK,
    `${waited}.`,
    'Run the doctor again and sign in; --timeout-seconds gives more time. If the authorization server showed an error page, that says why.',
  )
}
