import { z } from 'zod'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** What is found below Open Policy Agent, and decides about no call. */
const OF_NO_RULE =
  /^\/$|\/v0\/|\/v1\/(?:policies|query|compile|config|status)(?:\/|$)|\/v1\/data\/?$/

/** The URL of a rule at the data API. A query is part of it: `strict-builtin-errors`. */
const ruleUrl = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isHttp = url !== undefined && /^https?:$/.test(url.protocol)
  const isBare = url !== undefined && url.username + url.password + url.hash === ''
  if (url !== undefined && isHttp && isBare && !OF_NO_RULE.test(url.pathname)) return url
  context.addIssue(
    isHttp && !isBare
      ? 'must be a URL without user name, password and fragment. A token goes into POLICY_TOKEN'
      : 'must be the URL of one rule at the data API: http://localhost:8181/v1/data/mcp/decision for the rule decision of the package mcp',
  )
  return z.NEVER
})

/** What decides about each tool call, beside scopes and limits. */
export const POLICY_SETTINGS = {
  POLICY_URL: setting({
    description:
      'The rule of Open Policy Agent that decides about each tool call, at its data API (POST /v1/data/…). docs/policy.md says what it is asked and what it may answer. Without a decision, no call is made.',
    schema: ruleUrl,
    example: 'http://localhost:8181/v1/data/mcp/decision',
    absent: 'scopes and limits alone decide',
  }),
  POLICY_TOKEN: setting({
    description: 'Sent to POLICY_URL as a bearer token. Or POLICY_TOKEN_FILE.',
    schema: z
      .string()
      .regex(/^[\w.~+/-]+=*$/, 'must be a bearer token: letters, digits and -._~+/')
      .pipe(values.secret),
    example: '…',
    secret: true,
    absent: 'none is sent',
  }),
  POLICY_FILE: setting({
    description:
      'The file of the Cedar policies that decide about each tool call, in place of POLICY_URL. Needs the package @cedar-policy/cedar-wasm. It is read at the start: after a change, restart the server.',
    schema: values.filePath,
    example: '/etc/mcp/policies.cedar',
    absent: 'scopes and limits alone decide',
  }),
  POLICY_TIMEOUT_MS: setting({
    description: 'How long a decision may take, waiting for its turn included, in milliseconds.',
    schema: values.integerBetween(1, 60_000),
    example: '500',
    fallback: '2000',
  }),
} as const satisfies Record<string, Setting<unknown>>
