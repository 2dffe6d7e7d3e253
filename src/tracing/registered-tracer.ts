import { trace, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { SERVER_NAME, VERSION } from '../version.js'

/** What the API puts in front of the provider of an SDK. */
interface Proxy extends TracerProvider {
  /** `undefined` where no SDK is registered. */
  getDelegateTracer(name: string, version: string): Tracer | undefined
}

/** The tracer of the SDK that is registered; `undefined`: there is none, and a tracer of the API would do nothing. */
export function registeredTracer(): Tracer | undefined {
  const provider: TracerProvider & Partial<Proxy> = trace.getTracerProvider()
  // Another copy of the API has registered itself, which it does for an SDK alone.
  if (provider.getDelegateTracer === undefined) return provider.getTracer(SERVER_NAME, VERSION)
  return provider.getDelegateTracer(SERVER_NAME, VERSION)
}
