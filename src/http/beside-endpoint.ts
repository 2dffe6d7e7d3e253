/** The path of a route that stands beside the MCP endpoint: `/under/name` for `/under/mcp`. */
export function besideEndpoint({ pathname }: Pick<URL, 'pathname'>, name: string): string {
  return `${pathname.replace(/\/[^/]*$/, '')}/${name}`
}
