import { OnBehalfOfError } from '../failures/errors.js'

/** For an argument that its schema lets through and that cannot be sent. Neither the value nor a part of it is repeated. */
export function invalidArgument(name: string, problem: string): OnBehalfOfError {
  return new OnBehalfOfError('invalid_argument', {
    reason: 'argument_value',
    description: `The API was not called: "${name}" ${problem}. Correct the argument.`,
    log: { param: name },
  })
}

/** For an id of a call to repeat that is none, or is that of another user, tool or arguments. */
export function invalidRetryId(): OnBehalfOfError {
  return new OnBehalfOfError('invalid_argument', {
    reason: 'argument_value',
    description:
      'The API was not called: "retry_of" is no id that this tool gave this user for these arguments within the last hour. Repeat the call with the same arguments as then. Without "retry_of" it would be a new call: find out first what became of the earlier one.',
    log: { param: 'retry_of' },
  })
}
