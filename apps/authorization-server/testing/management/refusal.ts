/** A refusal in Auth0's shape. */
export class Refusal extends Error {
  readonly status: number
  readonly errorCode: string
  /** Beside those of every answer. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, errorCode: string, headers: Readonly<Record<string, string>> = {}) {
    super(errorCode)
    this.status = status
    this.errorCode = errorCode
    this.headers = headers
  }
}
