import { expect, test } from 'vitest'
import { linesAddedIn } from './changed-lines.js'

const DIFF = `diff --git a/src/a.ts b/src/a.ts
--- a/src/a.ts
+++ b/src/a.ts
@@ -3 +3 @@ export function a() {
-  return 1
+  return 2
@@ -10,2 +11,0 @@ gone
-x
-y
@@ -20,0 +20,4 @@ added
+1
+2
+3
+4
diff --git a/src/gone.ts b/src/gone.ts
--- a/src/gone.ts
+++ /dev/null
@@ -1,2 +0,0 @@
-x
-y
diff --git a/src/read.md b/src/read.md
--- a/src/read.md
+++ b/src/read.md
@@ -1 +1 @@
-x
+y
`

test('the lines that a change added are named file by file, and nothing of a removed file or another kind', () => {
  expect(linesAddedIn(DIFF)).toEqual(['src/a.ts:3-3', 'src/a.ts:20-23'])
  expect(linesAddedIn('')).toEqual([])
})
