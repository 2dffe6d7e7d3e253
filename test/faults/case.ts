import type { Scene } from './scene.js'

/** One kind of fault, and what is promised while it lasts. */
export interface Case {
  /** What happens, as the table has it. */
  readonly fault: string
  /** Whether the short form has it. */
  readonly short: boolean
  readonly settings?: Readonly<Record<string, string>>
  /** The outcomes of calls that the documentation promises for it, beside `ok`. */
  readonly codes: readonly string[]
  /** The codes or events that are logged with `security`. Default: none. */
  readonly securityCodes?: readonly string[]
  /** What `/readyz` may say. */
  readonly reasons?: readonly string[]
  /** Has it happen, and waits until it is over. Resolves with what else was measured. */
  run(scene: Scene): Promise<readonly string[]>
}

/** What happens, what ends it, and what is promised. */
export interface OutageParts extends Omit<Case, 'run'> {
  readonly begin: (scene: Scene) => Promise<unknown>
  readonly end: (scene: Scene) => Promise<unknown>
  /** How long after its end calls may still fail. */
  readonly recoverySeconds: number
  /** What can be seen while it lasts. */
  readonly look?: (scene: Scene) => Promise<void>
}

/** A case of something that fails for a while: calm, the fault, the recovery, calm. */
export function outage({ begin, end, look, recoverySeconds, ...promised }: OutageParts): Case {
  return {
    ...promised,
    async run(scene) {
      await scene.calm('before')
      await begin(scene)
      await scene.fault()
      await look?.(scene)
      await end(scene)
      await scene.recovery(recoverySeconds)
      await scene.calm('after')
      return []
    },
  }
}
