/** The setting that lets a companion program listen beyond this machine. */
const OTHER_MACHINES = 'DANGEROUSLY_ALLOW_OTHER_MACHINES'

/**
 * What is wrong with an address to listen at, if anything: these programs sign anyone in as anyone, or trust one that does,
 * so they stay on this machine unless somebody says otherwise in so many words.
 */
export function hostFault(
  host: string,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const local = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host)
  if (local || variables[OTHER_MACHINES] === 'true') return undefined
  return `HOST: ${host} opens a server for development, where anyone can sign in as any user, to other machines; use localhost, or if you mean it, set ${OTHER_MACHINES}=true`
}
