/**
 * The `oidc-provider` library, loaded without its notice that it prefers a newer Node.js.
 *
 * The notice is written while the module is evaluated, so the only way to keep the console clean on
 * Node.js 20 is to watch it during that moment. Every other message passes.
 */
const { Provider, errors, interactionPolicy } = await withoutRuntimeNotice(
  () => import('oidc-provider'),
)

/** What the library's own grants are made of, for grants of ours. */
const grantHelpers = await import('oidc-provider/lib/helpers/grants.js')

export { Provider, errors, grantHelpers, interactionPolicy }

async function withoutRuntimeNotice<T>(load: () => Promise<T>): Promise<T> {
  const target: { warn: (...data: unknown[]) => void } = globalThis.console
  const { warn } = target
  target.warn = (...data: unknown[]): void => {
    const [first] = data
    if (typeof first === 'string' && first.includes('Unsupported runtime')) return
    warn.apply(target, data)
  }
  try {
    return await load()
  } finally {
    target.warn = warn
  }
}
