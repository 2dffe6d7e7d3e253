/**
 * What all pages look like: colours for light and dark, type, code, links, focus. Each page adds its own layout.
 *
 * Text on any of the grounds has a contrast of 4.5:1 or more, edges of controls 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const LOOK = `
:root{color-scheme:light dark;--back:#f5f6f8;--card:#fff;--well:#eef0f3;--text:#1b1f24;--soft:#57606a;--line:#d5dae0;--edge:#76808b;--accent:#0b57d0;--on-accent:#fff;--good:#176b30}
@media (prefers-color-scheme:dark){:root{--back:#0d1117;--card:#161b22;--well:#0d1117;--text:#e6edf3;--soft:#a3adb8;--line:#333b45;--edge:#7d8894;--accent:#8ab4f8;--on-accent:#0d1117;--good:#5fd47c}}
*{box-sizing:border-box}
[hidden]{display:none}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
h1,h2,h3{margin:0;line-height:1.25;overflow-wrap:anywhere}
p{margin:0 0 1rem}
a{color:var(--accent);text-underline-offset:.15em}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875rem}
code{overflow-wrap:anywhere}
strong{overflow-wrap:anywhere}
button{font:inherit;color:inherit;cursor:pointer}
.soft{color:var(--soft)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`
