/** A refusal in Auth0's shape. */
export class Refusal extends Error {
  readonly status: number
  readonly errorCode: string

  constructor(status: number, errorCode: string) {
    super(errorCode)
    this.status = status
    this.errorCode = errorCode
  }
}
