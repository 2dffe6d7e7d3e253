/** A person of a stand-in. Everybody signs in without a password. */
export interface StandInUser<Fault extends string = string> {
  /** What the sign-in page sends. */
  readonly username: string
  readonly name: string
  /** The login, in the form of an e-mail address. */
  readonly email: string
  /** The immutable identifier of this user. */
  readonly id: string
  /** What the token endpoint answers to every exchange for this user. */
  readonly fault?: Fault | undefined
}
