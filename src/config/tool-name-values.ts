import { z } from 'zod'
import { listOf } from './values.js'

/** Names of tools, as MCP has them. */
export const toolList = listOf(
  z
    .string()
    .regex(
      /^[\w./-]{1,128}$/,
      'must be names of tools: letters, digits, underscores, dots, slashes and hyphens',
    ),
)
