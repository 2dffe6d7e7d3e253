/** A client gave an answer in a form that it was not asked for: it must not count as if there were no value. */
export class UnusableAnswerError extends Error {
  override readonly name = 'UnusableAnswerError'

  constructor(wanted: string, answer: unknown) {
    super(`the client of the store answers with ${typeof answer} where ${wanted} belong`)
  }
}

/** Of a command whose answer nobody needs. */
export function anyAnswer(): void {
  return
}

/** The bytes of a value; `undefined` where there are none. */
export function bytesIn(answer: unknown): Uint8Array | undefined {
  if (answer === null) return undefined
  if (!(answer instanceof Uint8Array)) throw new UnusableAnswerError('bytes', answer)
  return answer.length === 0 ? undefined : answer
}

/** Whether a value was set: `null` says that there was one. */
export function wasSetIn(answer: unknown): boolean {
  if (answer === null) return false
  if (textOf(answer) !== 'OK') throw new UnusableAnswerError('the letters OK', answer)
  return true
}

/** The numbers of a script. */
export function numbersIn(answer: unknown): readonly number[] {
  if (!Array.isArray(answer)) throw new UnusableAnswerError('numbers', answer)
  const numbers = answer.map(Number)
  if (!numbers.every(Number.isInteger)) throw new UnusableAnswerError('whole numbers', answer)
  return numbers
}

function textOf(answer: unknown): string | undefined {
  if (answer instanceof Uint8Array) return Buffer.from(answer).toString()
  return typeof answer === 'string' ? answer : undefined
}
