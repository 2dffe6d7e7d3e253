/** Options of which none is left open: each with its default where it was not given. */
export type Complete<Options> = {
  readonly [Key in keyof Options]-?: Exclude<Options[Key], undefined>
}
