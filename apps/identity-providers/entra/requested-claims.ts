import { EntraRefusal } from './entra-refusal.js'

/** What the parameter `claims` asks of an access token. */
export interface RequestedClaims {
  /** Client capabilities that the client declares. */
  readonly capabilities: readonly string[] | undefined
  /** Whether the parameter repeats a challenge, of Conditional Access or of an API. */
  readonly answersChallenge: boolean
}

/** Reads the parameter `claims`; throws an `EntraRefusal` when it is no JSON object. */
export function parseRequestedClaims(text: string | undefined): RequestedClaims {
  if (text === undefined) return { capabilities: undefined, answersChallenge: false }
  const wanted = objectIn(parsed(text), 'access_token')
  const values = objectIn(wanted, 'xms_cc')['values']
  return {
    capabilities: Array.isArray(values)
      ? values.filter((value): value is string => typeof value === 'string')
      : undefined,
    answersChallenge: Object.keys(wanted).some((name) => name !== 'xms_cc'),
  }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Refused below.
  }
  throw new EntraRefusal({
    code: 50146,
    error: 'invalid_request',
    description: 'The claims parameter is not valid JSON.',
  })
}

function objectIn(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const member = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const [, found] = member.find(([key]) => key === name) ?? []
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
}
