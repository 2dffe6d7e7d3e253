const NOT_INSTALLED =
  'dev needs the package mcp-on-behalf-of-dev, which is not installed. Run: npm install --save-dev mcp-on-behalf-of-dev (without a project: npx mcp-on-behalf-of-dev)'

/**
 * `dev`: runs the development set-up, which is a package of its own so that nobody who uses the library installs an
 * authorization server with it. Resolves with the exit code.
 */
export async function dev(argv: readonly string[]): Promise<number> {
  const { runDevelopmentCommand } = await import('mcp-on-behalf-of-dev').catch((cause: unknown) => {
    const { code } = cause as { code?: unknown }
    throw code === 'ERR_MODULE_NOT_FOUND' ? new Error(NOT_INSTALLED, { cause }) : cause
  })
  return runDevelopmentCommand(argv)
}
