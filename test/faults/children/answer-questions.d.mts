export function answerQuestions(answer: (question: never) => unknown): void
