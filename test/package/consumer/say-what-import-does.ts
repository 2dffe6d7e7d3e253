/**
 * Imports the path of the package that is its argument, and says as JSON who read the environment meanwhile and
 * what keeps the process alive.
 */
interface Read {
  readonly key: string
  /** The file of the code that read. */
  readonly reader: string
}

const reads: Read[] = []
const record = (key: string | symbol): void => {
  const frames = (new Error().stack ?? '').split('\n').slice(3)
  const frame = frames.find((line) => line.includes('file:') || line.includes('/node_modules/'))
  reads.push({ key: String(key), reader: frame?.trim() ?? 'unknown' })
}

process.env = new Proxy(process.env, {
  get(target, key) {
    record(key)
    return Reflect.get(target, key) as unknown
  },
  has(target, key) {
    record(key)
    return Reflect.has(target, key)
  },
  ownKeys(target) {
    record('(all)')
    return Reflect.ownKeys(target)
  },
})

// The standard streams come to be when they are first asked for.
const { stdout, stderr } = process
stderr.write('')
const before = process.getActiveResourcesInfo().length
await import(process.argv[2] ?? '')
const resources = process.getActiveResourcesInfo().slice(before)
stdout.write(JSON.stringify({ reads, resources }))
