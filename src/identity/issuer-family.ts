/** The issuers under which one tenant issues tokens: they have the same users and the same keys. */
export interface IssuerFamily {
  /** The tenant's id, as its tokens name it. */
  readonly tenant: string
  /** The one that is advertised, and at which tokens are exchanged. */
  readonly primary: string
  /** All, `primary` included. */
  readonly members: readonly FamilyMember[]
}

/** One issuer of a family. */
export interface FamilyMember {
  readonly issuer: string
  /** Where its metadata is, if not where the specifications say. */
  readonly metadataUrl?: string | undefined
}
