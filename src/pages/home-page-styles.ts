import { LOOK } from './base-styles.js'

/** The style sheet of the page at `/`. */
export const HOME_PAGE_STYLES = `${LOOK}
html{scroll-padding-top:1rem}
body>header,main,footer{width:100%;max-width:60rem;margin:0 auto;padding:0 clamp(1rem,4vw,2rem)}
body>header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;justify-content:space-between;padding-top:1.25rem}
.brand{margin:0;font-weight:600}
.skip{position:absolute;left:1rem;top:0;padding:.5rem 1rem;background:var(--card);transform:translateY(-200%)}
.skip:focus{transform:translateY(.5rem)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0;list-style:none}
nav a{display:inline-block;padding:.25rem 0}
h1{margin:clamp(1.75rem,6vw,3rem) 0 .75rem;font-size:clamp(1.6rem,5vw,2.25rem);letter-spacing:-.015em}
h2{margin:2.75rem 0 .75rem;font-size:1.35rem}
h3{font-size:1.05rem}
h3 code{font-weight:400}
.lead{max-width:42rem;font-size:1.075rem}
.status{display:flex;gap:.6rem;align-items:baseline;margin:0}
.status strong{color:var(--good)}
.dot{flex:none;width:.65rem;height:.65rem;border-radius:50%;background:var(--good)}
.card{padding:1.1rem clamp(1rem,3vw,1.4rem);background:var(--card);border:1px solid var(--line);border-radius:.75rem}
.card+.card{margin-top:.9rem}
.card>p{margin:.35rem 0 .75rem}
.card>:last-child{margin-bottom:0}
main:focus-visible{outline:none}
.jump{margin:0 0 1rem}
.step{display:grid;grid-template-columns:1fr auto;gap:.6rem 1rem;align-items:center;margin-top:.35rem}
.step+.step{margin-top:1.1rem}
.step p{margin:0}
pre{grid-column:1/-1;min-width:0;margin:0;padding:.7rem .9rem;overflow-x:auto;background:var(--well);border:1px solid var(--line);border-radius:.5rem;line-height:1.5;tab-size:2}
pre code{overflow-wrap:normal}
.step button{min-width:6rem;padding:.4rem .9rem;background:var(--card);border:1px solid var(--edge);border-radius:.5rem;font-size:.9rem;font-weight:600}
.step button:hover{border-color:var(--accent);color:var(--accent)}
@media (max-width:30rem){.step{grid-template-columns:1fr}.step button{justify-self:start}}
.tools{margin:0;padding:0;list-style:none}
.group{margin:1.75rem 0 .6rem}
.tools+.soft{margin:.5rem 0 0}
h4{margin:0;font-size:1.05rem}
h4 code{font-weight:400}
.tool{display:flex;flex-wrap:wrap;gap:.15rem .75rem;align-items:baseline}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;color:var(--soft);font-size:.925rem}
dl{margin:0}
dt{font-weight:600}
dd{margin:.15rem 0 0}
dd+dt{margin-top:.9rem}
footer{padding-top:2.5rem;padding-bottom:2rem;color:var(--soft);font-size:.925rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
`
