import { z } from 'zod'
import { shown } from '../openapi/shown.js'
import type { SearchedOperation } from './searched-operation.js'

const MAX_SUMMARY = 160

/** What an answer says of an operation in one line. */
export const FOUND_OPERATION = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  operation: z.string().describe('Method and path.'),
  tags: z.array(z.string()),
  writes: z.boolean().describe('Whether a call may change something.'),
})

/** The line of an operation. */
export function foundOperation({
  tool,
  operation: { method, path, tags },
}: SearchedOperation): z.infer<typeof FOUND_OPERATION> {
  const { name, title, description, annotations } = tool
  const lines = description.split('\n').filter((line) => line !== '' && line !== title)
  return {
    name,
    title,
    summary: shown(lines[0] ?? '', MAX_SUMMARY),
    operation: `${method.toUpperCase()} ${path}`,
    tags: [...tags],
    writes: annotations?.readOnlyHint !== true,
  }
}
