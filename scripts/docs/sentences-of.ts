import ts from 'typescript'

/**
 * Every text that an expression can have, as far as the file says: literals, both sides of a choice, constants, the
 * values of a parameter and what a function returns. What is put into a text is `…`.
 *
 * Empty for a text that is put together of nothing but other texts, `undefined` and an empty text; `undefined` where
 * the file does not say.
 */
export function sentencesOf(node: ts.Node, source: ts.SourceFile): readonly string[] | undefined {
  if (ts.isStringLiteralLike(node)) return node.text === '' ? [] : [node.text]
  if (ts.isTemplateExpression(node)) {
    const parts = node.templateSpans.map(({ literal }) => `…${literal.text}`)
    const text = [node.head.text, ...parts].join('')
    return /\p{L}/u.test(text) ? [text] : []
  }
  if (ts.isBinaryExpression(node)) return ofBinary(node, source)
  if (ts.isConditionalExpression(node)) return all([node.whenTrue, node.whenFalse], source)
  // Passed on: it stands where it was made.
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'description') return []
  if (ts.isElementAccessExpression(node)) return sentencesOf(node.expression, source)
  if (ts.isAsExpression(node)) return sentencesOf(node.expression, source)
  if (ts.isObjectLiteralExpression(node)) {
    return all(
      node.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer),
      source,
    )
  }
  if (ts.isCallExpression(node)) return all(returnedBy(node.expression.getText(), source), source)
  if (ts.isIdentifier(node)) {
    return node.text === 'undefined' ? [] : all(valuesOf(node, source), source)
  }
  return undefined
}

/** A text in several pieces, or one that stands in for another. */
function ofBinary(
  { left, right, operatorToken: { kind } }: ts.BinaryExpression,
  source: ts.SourceFile,
): readonly string[] | undefined {
  if (kind === ts.SyntaxKind.QuestionQuestionToken) return all([left, right], source)
  const [before, after] = [left, right].map((side) => sentencesOf(side, source))
  if (kind !== ts.SyntaxKind.PlusToken || before === undefined || after === undefined) {
    return undefined
  }
  return before.flatMap((start) => after.map((end) => start + end))
}

/** `undefined` where there is nothing, or one of them is not known. */
function all(nodes: readonly ts.Node[], source: ts.SourceFile): readonly string[] | undefined {
  const found = nodes.map((node) => sentencesOf(node, source))
  if (found.length === 0 || found.includes(undefined)) return undefined
  return found.flatMap((texts) => texts ?? [])
}

/** What a name stands for: a constant of the function or the file, or a parameter's arguments in all calls of the file. */
function valuesOf(name: ts.Identifier, source: ts.SourceFile): readonly ts.Node[] {
  for (let scope: ts.Node = name.parent; ; scope = scope.parent) {
    if (ts.isFunctionDeclaration(scope)) {
      const at = scope.parameters.findIndex((parameter) => parameter.name.getText() === name.text)
      if (at !== -1) return argumentsAt(scope.name?.text ?? '', at, source)
    }
    if (ts.isBlock(scope) || ts.isSourceFile(scope)) {
      const declared = scope.statements
        .filter(ts.isVariableStatement)
        .flatMap(({ declarationList }) => [...declarationList.declarations])
        .find((declaration) => declaration.name.getText() === name.text)?.initializer
      if (declared !== undefined) return [declared]
    }
    if (ts.isSourceFile(scope)) return []
  }
}

function argumentsAt(name: string, at: number, source: ts.SourceFile): readonly ts.Node[] {
  return nodesIn(source)
    .filter(ts.isCallExpression)
    .filter((call) => call.expression.getText() === name)
    .flatMap((call) => call.arguments[at] ?? [])
}

function returnedBy(name: string, source: ts.SourceFile): readonly ts.Node[] {
  const declared = source.statements
    .filter(ts.isFunctionDeclaration)
    .filter((each) => each.name?.text === name)
  return declared
    .flatMap(nodesIn)
    .filter(ts.isReturnStatement)
    .flatMap(({ expression }) => expression ?? [])
}

function nodesIn(root: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(root)
  return found
}
