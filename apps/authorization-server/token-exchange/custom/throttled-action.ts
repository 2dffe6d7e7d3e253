import { ExchangeRefusal } from '../exchange-refusal.js'
import type { SuspiciousAddresses } from '../../suspicious-addresses.js'
import { InvalidSubjectToken } from './invalid-subject-token.js'

/**
 * Runs an Action for a client address that is not shut out, and counts the bad subject tokens from
 * there.
 *
 * Throws `ExchangeRefusal` (429 `too_many_attempts`) without running it; else what the Action throws.
 */
export async function throttle<Result>(
  addresses: SuspiciousAddresses,
  address: string,
  action: () => Promise<Result>,
): Promise<Result> {
  if (addresses.isBlocked(address)) {
    throw new ExchangeRefusal(
      429,
      'too_many_attempts',
      'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.',
    )
  }
  try {
    return await action()
  } catch (error) {
    if (error instanceof InvalidSubjectToken) addresses.countFailure(address)
    throw error
  }
}
