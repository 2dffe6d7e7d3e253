import { runWell } from '../helpers/run.js'

/** What of a container's state the probes look at. */
export interface Container {
  readonly service: string
  readonly image: string
  readonly id: string
  readonly user: string
  readonly readOnly: boolean
  readonly capDrop: readonly string[]
  readonly securityOptions: readonly string[]
  readonly memoryBytes: number
  readonly pidsLimit: number
  readonly running: boolean
  readonly exitCode: number
  readonly health: string
  readonly environment: readonly string[]
  /** The addresses of this machine on which ports are published, as address:port. */
  readonly published: readonly string[]
}

/** Runs `docker` and resolves with what it said. */
export async function docker(...argv: string[]): Promise<string> {
  const { stdout } = await runWell('docker', argv, { cwd: process.cwd() })
  return stdout.trim()
}

/** The containers of a compose project, those that have ended included, by their service. */
export async function containersOf(project: string): Promise<ReadonlyMap<string, Container>> {
  const label = `label=com.docker.compose.project=${project}`
  const ids = (await docker('ps', '-aq', '--no-trunc', '--filter', label)).split('\n')
  const inspected = JSON.parse(await docker('inspect', ...ids)) as readonly Inspected[]
  return new Map(inspected.map(parseContainer).map((container) => [container.service, container]))
}

interface Inspected {
  readonly Id: string
  readonly Image: string
  readonly Config: {
    readonly User: string
    readonly Labels: Readonly<Record<string, string>>
    readonly Env: readonly string[]
  }
  readonly State: {
    readonly Running: boolean
    readonly ExitCode: number
    readonly Health?: { readonly Status: string }
  }
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean
    readonly CapDrop: readonly string[] | null
    readonly SecurityOpt: readonly string[] | null
    readonly Memory: number
    readonly PidsLimit: number | null
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    > | null
  }
}

function parseContainer({ Id, Image, Config, State, HostConfig }: Inspected): Container {
  return {
    service: Config.Labels['com.docker.compose.service'] ?? '',
    image: Image,
    id: Id,
    user: Config.User,
    readOnly: HostConfig.ReadonlyRootfs,
    capDrop: HostConfig.CapDrop ?? [],
    securityOptions: HostConfig.SecurityOpt ?? [],
    memoryBytes: HostConfig.Memory,
    pidsLimit: HostConfig.PidsLimit ?? 0,
    running: State.Running,
    exitCode: State.ExitCode,
    health: State.Health?.Status ?? 'none',
    environment: Config.Env,
    published: Object.values(HostConfig.PortBindings ?? {}).flatMap((bindings) =>
      bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`),
    ),
  }
}
