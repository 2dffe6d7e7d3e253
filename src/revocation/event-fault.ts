/** What is wrong with a token that says that somebody has signed out, and what its sender is told. */
export const EVENT_FAULTS = {
  request: 'The request has to be a POST with the token as its body says; see the documentation.',
  sender: 'The sender has to present the bearer token that was agreed.',
  malformed: 'The token is not a signed JWT that can be read.',
  type: 'The typ of the token is not that of such an event.',
  algorithm: 'The token is not signed with an asymmetric algorithm of its issuer.',
  issuer: 'The issuer of the token is none that this server accepts.',
  signature: 'No key of the issuer has signed the token.',
  audience: 'The aud of the token does not name this receiver.',
  expired: 'The token has expired.',
  time: 'The token needs an iat that is not in the future, and the exp that its kind of event has.',
  id: 'The token needs a jti.',
  repeated: 'The token has been used before.',
  events: 'The events claim does not have what this endpoint takes.',
  nonce: 'The token has a nonce, so it is an ID token.',
  subject: 'The token has to say by sub or sid, as texts, who has signed out.',
} as const

/** One of `EVENT_FAULTS`. */
export type EventFault = keyof typeof EVENT_FAULTS

/** A token that was received is refused, and does nothing. */
export class EventRefusedError extends Error {
  override readonly name = 'EventRefusedError'
  readonly fault: EventFault

  constructor(fault: EventFault, cause?: unknown) {
    super(EVENT_FAULTS[fault], { cause })
    this.fault = fault
  }
}
