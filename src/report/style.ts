/** The style of the page: light or dark as the system says, one column that fits a phone. Every text has a contrast of at least 4.5. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fff;--card:#f6f7f9;--text:#1a1d21;--dim:#555c66;--edge:#d4d8de;--main:#1f5fbf;--bar:#5b8fd9;--better:#18713a;--worse:#b3261e;--chosen:#b0470a;--marked:#fdf1e2}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--card:#1d2126;--text:#e7eaee;--dim:#a5adb8;--edge:#3a414a;--main:#7fb0f5;--bar:#4f86d0;--better:#63c587;--worse:#f28b82;--chosen:#f5a05a;--marked:#3a2c1c}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main,header,footer{max-width:784px;margin:0 auto;padding:0 16px}
h1{font-size:1.6rem;line-height:1.25;margin:24px 0 4px;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:36px 0 8px}
p{margin:8px 0}
.dim,footer{color:var(--dim);font-size:.9rem}
a{color:var(--main)}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;padding:0;margin:12px 0;list-style:none}
dl.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(132px,1fr));gap:8px;margin:16px 0}
dl.figures div{background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:8px 12px}
dt{color:var(--dim);font-size:.85rem;overflow-wrap:anywhere}
dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}
ul.gates{padding-left:20px;overflow-wrap:anywhere}
.held{color:var(--better)}.failed{color:var(--worse)}
.warnings{border-left:4px solid var(--chosen);background:var(--card);padding:4px 12px;overflow-wrap:anywhere}
figure{margin:16px 0 24px}
figcaption{font-size:.9rem;color:var(--dim);margin-bottom:8px;overflow-wrap:anywhere}
figcaption strong{color:var(--text);display:block;font-size:1rem}
svg{width:100%;height:auto;font:12px system-ui,sans-serif}
svg.narrow{display:none}
@media (max-width:560px){svg.wide{display:none}svg.narrow{display:block}}
svg text{fill:var(--dim)}
svg .name{fill:var(--text)}
.grid{stroke:var(--edge);stroke-width:.6}
.axis,.zero{stroke:var(--dim)}
.curve{fill:none;stroke:var(--main);stroke-width:2}
.front{fill:var(--main)}.other{fill:var(--page);stroke:var(--dim);stroke-width:1.5}.chosen{fill:var(--chosen)}
.bar{fill:var(--bar)}
.mark{stroke:var(--chosen);stroke-width:1.5;stroke-dasharray:4 3}
.interval{stroke-width:3;stroke:var(--dim)}
.interval.better{stroke:var(--better)}.interval.worse{stroke:var(--worse)}
.unclear{fill:var(--dim)}.better{fill:var(--better)}.worse{fill:var(--worse)}
.area{opacity:.75}
details{margin:6px 0}
summary{cursor:pointer;color:var(--main);font-size:.9rem}
.scroll{overflow-x:auto;margin:8px 0}
:focus-visible{outline:2px solid var(--main);outline-offset:2px}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:4px 10px;border-bottom:1px solid var(--edge);text-align:right}
th:first-child,td:first-child{text-align:left}
thead th{color:var(--dim);font-weight:600}
tbody th{font-weight:400}
.marked{background:var(--marked)}
@media print{svg.narrow{display:none}svg.wide{display:block}nav{display:none}}
`;
