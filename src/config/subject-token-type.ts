/** Auth0 refuses profiles in namespaces that are not the tenant's own. */
const RESERVED =
  /^(?:https?:\/\/(?:[^/]*\.)?(?:auth0|okta)\.com(?:[/:]|$)|urn:(?:ietf|auth0|okta)(?::|$))/i

/**
 * Says what is wrong with the `subject_token_type` of a token exchange profile; `undefined` for one that Auth0 takes: a
 * URI of the owner's, of 10 to 100 characters, that is in none of the namespaces that Auth0 reserves.
 */
export function subjectTokenTypeIssue(value: string): string | undefined {
  if (RESERVED.test(value)) {
    return 'is in a namespace that Auth0 reserves. Use a URI of your own, for example urn:example:mcp'
  }
  return /^(?:https?:\/\/|urn:)\S+$/i.test(value) && value.length >= 10 && value.length <= 100
    ? undefined
    : 'must be a URI of 10 to 100 characters that starts with https:// or urn:'
}
