import { z } from 'zod'

/** A text that says something. */
export const text = z.string({ error: 'give a text' }).min(1, 'give a text that is not empty')

/** The identifier of an API, which is compared letter by letter. */
export const identifier = text.refine((value) => URL.canParse(value) && !value.includes('#'), {
  error: 'give an absolute URI without fragment, such as "http://localhost:3001/mcp"',
})

/** One scope (RFC 6749 §3.3). */
export const scopeValue = z
  .string({ error: 'give the name of a scope' })
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, 'use visible ASCII without spaces, quotes or backslashes')
