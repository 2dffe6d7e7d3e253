/** How far a real client got. */
export type RealOutcome =
  /** It sent the person to the authorization endpoint. */
  | 'page'
  /** It connected, and asked nobody to sign in. */
  | 'open'
  | 'fails'

/** Runs a real client against a server, up to the sign-in page. */
export type RealClient = (endpoint: string) => Promise<RealOutcome>
