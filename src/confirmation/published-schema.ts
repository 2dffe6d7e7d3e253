import type { ToolSchema } from '../tools/tool.js'

/** The JSON Schema of a tool's arguments; `undefined` where there is none, or a part of it cannot be written as JSON Schema. */
export function publishedSchema(
  schema: ToolSchema | undefined,
): Readonly<Record<string, unknown>> | undefined {
  try {
    return schema?.['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  } catch {
    return undefined
  }
}
