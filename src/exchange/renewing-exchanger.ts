import { OnBehalfOfError } from '../failures/errors.js'
import type { ClientAuthentication } from './client-authentication.js'
import type { ClientAuthenticationSource } from './client-authentication-source.js'
import { refusesOurCredentials } from './refused-client.js'
import type { TokenExchanger } from './token-exchanger.js'

/** Makes an adapter that proves itself in one way. */
export type CreateAdapter = (authentication: ClientAuthentication) => TokenExchanger

/**
 * Creates an exchanger that always proves itself as the source says now: a new adapter takes the place of the old one when the source
 * gives something else.
 *
 * Where the authorization server refuses our client, the source is asked to look again, and with other credentials the exchange is made
 * once more. So a secret that was replaced there and here fails no call.
 */
export function createRenewingExchanger(
  source: ClientAuthenticationSource,
  create: CreateAdapter,
): TokenExchanger {
  const first = source.current()
  let known = adapterOf(first, create)
  const latest = (): TokenExchanger => {
    const authentication = source.current()
    if (known.authentication === authentication) return known.adapter
    known = adapterOf(authentication, (now) => {
      assertSameKind(first, now)
      return create(now)
    })
    return known.adapter
  }
  let looking: Promise<void> | undefined
  const refresh = async (): Promise<void> => {
    looking ??= (source.refresh?.() ?? Promise.resolve()).finally(() => (looking = undefined))
    // A source that fails has nothing new.
    await looking.catch(() => undefined)
  }
  return {
    sendsClaims: known.adapter.sendsClaims,
    async exchange(request, options) {
      const adapter = latest()
      try {
        return await adapter.exchange(request, options)
      } catch (thrown) {
        if (!refusesOurCredentials(thrown)) throw thrown
        if (known.adapter === adapter) await refresh()
        const other = latest()
        if (other === adapter) throw thrown
        return other.exchange(request, options)
      }
    },
  }
}

/** To whom a secret may be sent has been decided at the start, for a client that has one. */
function assertSameKind(first: ClientAuthentication, now: ClientAuthentication): void {
  if ('secret' in first === 'secret' in now) return
  throw new TypeError('a client with a key cannot become one with a secret, nor the reverse')
}

interface KnownAdapter {
  readonly authentication: ClientAuthentication
  readonly adapter: TokenExchanger
}

function adapterOf(authentication: ClientAuthentication, create: CreateAdapter): KnownAdapter {
  try {
    return { authentication, adapter: create(authentication) }
  } catch (cause) {
    const failure = new OnBehalfOfError('exchange_misconfigured', {
      reason: 'client_key_unusable',
      cause,
    })
    return { authentication, adapter: { exchange: () => Promise.reject(failure) } }
  }
}
