/** A quoted parameter of a `WWW-Authenticate` header; empty where it is not there. */
export function bearerChallenge(header: string | undefined, parameter: string): string {
  const [, value = ''] = new RegExp(`[ ,]${parameter}="([^"]*)"`).exec(header ?? '') ?? []
  return value
}
