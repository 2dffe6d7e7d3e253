/** A gate that one side waits at and the other opens. */
export function gate(): { readonly whenOpen: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const whenOpen = new Promise<void>((resolve) => {
    open = resolve
  })
  return {
    whenOpen,
    open: () => {
      open()
    },
  }
}
