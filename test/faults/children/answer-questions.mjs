/**
 * The child's half of `processes/started-process.ts`: answers what the process is asked, and ends it once nobody can ask any more.
 *
 * JavaScript, because it is also loaded into the server, which runs as it is published.
 *
 * @param {(question: any) => unknown} answer What it throws is told to the one who asks.
 */
export function answerQuestions(answer) {
  process.on('message', async ({ id, question }) => {
    try {
      process.send({ id, result: await answer(question) })
    } catch (error) {
      process.send({ id, failure: String(error?.message ?? error) })
    }
  })
  process.once('disconnect', () => process.exit(1))
  // A server that stops in order must not be kept by this.
  process.channel.unref()
}
