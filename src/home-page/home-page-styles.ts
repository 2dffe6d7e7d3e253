import { LOOK } from '../web-page/look.js'

/** The style sheet of the page at `/`. */
export const HOME_PAGE_STYLES = `${LOOK}
html{scroll-padding-top:1rem}
body>header,main,footer{max-width:52rem;margin:0 auto;padding:0 clamp(1rem,4vw,2rem)}
body>header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;justify-content:space-between;padding-top:1.25rem}
.brand{margin:0;font-weight:600}
.skip{position:absolute;left:1rem;top:0;padding:.5rem 1rem;background:var(--card);transform:translateY(-200%)}
.skip:focus{transform:translateY(.5rem)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0;list-style:none}
nav a{display:inline-block;padding:.25rem 0}
h1{margin:clamp(1.75rem,6vw,3rem) 0 .75rem;font-size:clamp(1.6rem,5vw,2.25rem);letter-spacing:-.015em}
h2{margin:2.75rem 0 .75rem;font-size:1.35rem}
h3{font-size:1.05rem}
.lead{max-width:42rem;font-size:1.075rem}
.status{display:flex;gap:.6rem;align-items:baseline;margin:0}
.status strong{color:var(--good)}
.dot{flex:none;width:.65rem;height:.65rem;border-radius:50%;background:var(--good)}
.card{padding:1.1rem clamp(1rem,3vw,1.4rem);background:var(--card);border:1px solid var(--line);border-radius:.75rem}
.card+.card{margin-top:.9rem}
.card p{margin:.35rem 0 .75rem}
.card>:last-child,.card p:last-child{margin-bottom:0}
.jump{margin:0 0 1rem}
.snippet{position:relative;display:flex;flex-wrap:wrap;gap:.6rem;align-items:flex-start;margin-bottom:.9rem}
pre{flex:1 1 14rem;min-width:0;margin:0;padding:.7rem .9rem;overflow-x:auto;background:var(--well);border:1px solid var(--line);border-radius:.5rem;line-height:1.5;tab-size:2}
pre code{overflow-wrap:normal}
.snippet button{flex:none;min-width:6rem;padding:.55rem .9rem;background:var(--card);border:1px solid var(--edge);border-radius:.5rem;font-size:.9rem;font-weight:600}
.snippet button:hover{border-color:var(--accent);color:var(--accent)}
.tools{margin:0;padding:0;list-style:none}
.tool{display:flex;flex-wrap:wrap;gap:.15rem .75rem;align-items:baseline}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;color:var(--soft);font-size:.925rem}
dl{margin:0}
dt{font-weight:600}
dd{margin:.15rem 0 1rem}
dd:last-child{margin-bottom:0}
dd ul{margin:0;padding-left:1.25rem}
footer{padding-top:2.5rem;padding-bottom:2rem;color:var(--soft);font-size:.925rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
`
