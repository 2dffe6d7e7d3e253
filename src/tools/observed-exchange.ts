import type { ObserveApiCall } from '../downstream/send-observed.js'
import { observedExchanger } from '../exchange/observed-exchanger.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import { ApiCallObservation } from '../observability/api-call-observation.js'
import type { RequestObservation } from '../observability/request-observation.js'

/** What a tool reaches its API with, as it is observed. */
export interface ObservedExchange {
  readonly exchanger: TokenExchanger
  /** Observes the requests to the API that are made for the message of an id. */
  readonly requestsOf: (messageId: string | number | undefined) => ObserveApiCall | undefined
}

/** The exchanger of a tool, and its requests to the API, as they are observed; unchanged where nobody observes. */
export function observedFor(
  call: { readonly tool: string; readonly api: string },
  observation: RequestObservation | undefined,
  exchanger: TokenExchanger,
): ObservedExchange {
  if (observation === undefined) return { exchanger, requestsOf: () => undefined }
  return {
    exchanger: observedExchanger(exchanger, observation, call),
    requestsOf:
      (messageId) =>
      ({ method, template: path }) =>
        new ApiCallObservation(observation, { ...call, method, path, messageId }),
  }
}
