import {
  DEFAULT_TRACE_CONTEXT,
  TRACE_CONTEXT_POLICIES,
} from '../observability/trace-context-policy.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** What traces are made of. */
export const TRACE_SETTINGS = {
  TRACE_CONTEXT: setting({
    description:
      "What becomes of the trace that a client names (traceparent). link: spans of this server begin a trace of their own, with a link to the client's. continue: they belong to the client's trace, follow its sampling, and its baggage reaches the API; for clients that you trust.",
    schema: values.oneOf(...TRACE_CONTEXT_POLICIES),
    example: 'continue',
    fallback: DEFAULT_TRACE_CONTEXT,
  }),
} as const satisfies Record<string, Setting<unknown>>
