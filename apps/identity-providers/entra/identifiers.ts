/** The two tenants of the stand-in. */
export const ENTRA_TENANTS = {
  contoso: 'c0c0c0c0-0000-4000-8000-000000000001',
  fabrikam: 'fabfabfa-0000-4000-8000-000000000002',
} as const

export type TenantName = keyof typeof ENTRA_TENANTS

/** The application (client) ids of the stand-in. */
export const ENTRA_APPS = {
  mcpServer: '11111111-aaaa-4aaa-8aaa-000000000001',
  api: '22222222-aaaa-4aaa-8aaa-000000000002',
  mcpClient: '33333333-aaaa-4aaa-8aaa-000000000003',
  /** May call Microsoft Graph alone. */
  otherClient: '44444444-aaaa-4aaa-8aaa-000000000004',
  /** The id that Microsoft Graph has everywhere. */
  graph: '00000003-0000-0000-c000-000000000000',
} as const

/** The client secret of the MCP server. */
export const ENTRA_SECRET = 'development-only-secret-of-the-entra-app'
