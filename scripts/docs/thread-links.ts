/** Links to threads at GitHub, which are named `owner/repository#number`. */
export function threadLinks(threads: readonly string[]): string {
  return threads
    .map((thread) => {
      const [repository = '', number = ''] = thread.split('#')
      return `[${thread}](https://github.com/${repository}/issues/${number})`
    })
    .join(', ')
}
