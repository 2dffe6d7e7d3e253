import { OnBehalfOfError } from '../failures/errors.js'

/** For a name that no operation has, and for that of one that the caller may not see: nothing tells the two apart. */
export function noSuchOperation(findName: string): OnBehalfOfError {
  return new OnBehalfOfError('invalid_argument', {
    reason: 'operation_unknown',
    description: `There is no operation of that name. Names are exact: take one from an answer of ${findName}.`,
  })
}
