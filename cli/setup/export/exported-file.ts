/** A plan in the files of another tool. */
export interface Exported {
  /** The first is the one that the tool is given. Paths are relative. */
  readonly files: readonly ExportedFile[]
  /** What the plan has and the tool cannot do: one sentence each, for a person. */
  readonly byHand: readonly string[]
}

export interface ExportedFile {
  readonly path: string
  readonly text: string
}
