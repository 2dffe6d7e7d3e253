import { z } from 'zod'
import { clientEntry } from '../identity/client-list.js'
import { words } from './values.js'

/** Clients, by their ids or by where their documents are. */
export const clientList = z.string().transform(words).pipe(z.array(clientEntry))

/** The same where an empty list has to be written out, since an empty setting is its default. */
export const clientListOrNone = z.string().transform((value, context) => {
  if (value.trim() === 'none') return []
  const entries = words(value)
  if (!entries.includes('none')) {
    const { data, error } = z.array(clientEntry).safeParse(entries)
    if (data !== undefined) return data
    context.addIssue(error.issues[0]?.message ?? 'must be client ids')
    return z.NEVER
  }
  context.addIssue('must be client ids, or none alone')
  return z.NEVER
})
