/** The names of the tools that stand for all operations, without a prefix. */
export const SEARCH_TOOL_NAMES = [
  'find_operations',
  'describe_operation',
  'call_operation',
] as const
