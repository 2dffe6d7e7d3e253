/** The set-up cannot go on; `message` says why and `hint` what to do. Neither holds a secret. */
export class SetupError extends Error {
  readonly hint: string

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SetupError'
    this.hint = hint
  }
}

/** The failure of a file that cannot be written; `advice` says what to check. */
export function unwritable(path: string, advice: string, cause: unknown): SetupError {
  return new SetupError(`${path} cannot be written.`, advice, cause)
}
