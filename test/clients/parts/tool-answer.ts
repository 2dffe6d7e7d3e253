import { z } from 'zod'
import type { ToolAnswer } from './connected-client.js'

const RESULT = z.object({
  isError: z.boolean().default(false),
  structuredContent: z.unknown().optional(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).default([]),
})

/** Reads the result of `tools/call`, whoever got it. Throws when it is none. */
export function toolAnswer(result: unknown): ToolAnswer {
  const { isError, structuredContent, content } = RESULT.parse(result)
  return {
    isError,
    structured: structuredContent,
    text: content.map(({ text }) => text ?? '').join('\n'),
  }
}
