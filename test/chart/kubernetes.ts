import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { toolbox, type KubernetesObject } from './chart.js'

const MONITORING = '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
const CORE = new Set(['Pod', 'Service', 'ServiceAccount', 'ConfigMap'])

type Model = new (data: unknown) => { validate(): void }

/** What Kubernetes would refuse: members that are missing or of another type, by its schemas. */
export function schemaFault(object: KubernetesObject): string | undefined {
  const models = toolbox(moduleOf(object)) as Readonly<Record<string, Model | undefined>>
  const Kind = models[object.kind]
  if (Kind === undefined) return `no kind ${object.kind} in ${object.apiVersion}`
  try {
    new Kind(object).validate()
    return undefined
  } catch (error) {
    return String(error)
  }
}

/**
 * Members that Kubernetes does not know, and would leave out: the compiler finds them in literals. All objects at once, since the
 * compiler takes seconds to begin.
 */
export function unknownMembers(objects: readonly KubernetesObject[]): readonly string[] {
  const source = objects
    .map(
      (object, index) =>
        `import type { I${object.kind} as K${index} } from '${moduleOf(object)}'\nconst o${index}: K${index} = ${JSON.stringify(object)}\nvoid o${index}\n`,
    )
    .join('')
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  }
  const file = fileURLToPath(new URL('toolbox/objects.cts', import.meta.url))
  const host = ts.createCompilerHost(options)
  const fileExists = host.fileExists.bind(host)
  const getSourceFile = host.getSourceFile.bind(host)
  host.fileExists = (name) => name === file || fileExists(name)
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, source, target) : getSourceFile(name, target)
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

/** Where the types of an object are: `apps/v1`, `v1` for the core. */
function moduleOf({ apiVersion, kind }: KubernetesObject): string {
  if (apiVersion === 'monitoring.coreos.com/v1') return MONITORING
  return `kubernetes-models/${CORE.has(kind) ? 'v1' : apiVersion}`
}
