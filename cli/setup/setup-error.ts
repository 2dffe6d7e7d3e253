/** The set-up cannot go on; `message` says why and `cure` what to do. Neither holds a secret. */
export class SetupError extends Error {
  readonly cure: string

  constructor(message: string, cure: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SetupError'
    this.cure = cure
  }
}
