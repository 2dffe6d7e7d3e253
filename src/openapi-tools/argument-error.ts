import { OnBehalfOfError } from '../failures/errors.js'

/** For an argument that its schema lets through and that cannot be sent. Neither the value nor a part of it is repeated. */
export function invalidArgument(name: string, problem: string): OnBehalfOfError {
  return new OnBehalfOfError('invalid_argument', {
    reason: 'argument_value',
    description: `The API was not called: "${name}" ${problem}. Correct the argument.`,
    log: { param: name },
  })
}
