#pragma once

namespace forerun {

/// The style sheet of pages and drawings. Colours are variables, given once for light and once for dark; c1 … c8 tell
/// lines and areas apart for eyes with any colour vision. No '<' and no '&': it stands in XML as it is.
constexpr const char* html_style = R"(
:root {
  --page: #ffffff; --panel: #ffffff; --ink: #1c2127; --soft: #59636e; --rule: #d5dae0; --grid: #e8ebef;
  --good: #17693f; --bad: #b3261e; --bad-back: #fdecea; --on-area: #ffffff;
  --c1: #2463b4; --c2: #b94e06; --c3: #1a7f5a; --c4: #8b3fa0; --c5: #c2255c; --c6: #0b7c94; --c7: #7d6a00; --c8: #66717d;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1a1e23; --ink: #e4e8ec; --soft: #9aa5b1; --rule: #39414a; --grid: #2a3037;
    --good: #63c995; --bad: #ff8a80; --bad-back: #3a1d1b; --on-area: #14171b;
    --c1: #74a9f0; --c2: #f2995a; --c3: #55c79b; --c4: #c58be0; --c5: #f27ba3; --c6: #54c2da; --c7: #d3bd4a; --c8: #8b96a2;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 24px 40px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 36px 0 10px; padding-bottom: 5px; border-bottom: 1px solid var(--rule); }
h3 { font-size: 14px; margin: 0 0 6px; }
p { margin: 6px 0; }
.soft, figcaption, footer { color: var(--soft); }
p.soft { font-size: 13px; }
.equation { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 14px; }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
p.bad { background: var(--bad-back); border-left: 4px solid var(--bad); padding: 8px 12px; }
.verdict { margin: 12px 0 14px; padding: 10px 14px; border: 1px solid var(--rule); border-left: 5px solid var(--soft); border-radius: 4px; font-size: 16px; }
.verdict.won { border-left-color: var(--good); }
.verdict p:first-child { font-weight: 650; }
.figures { display: grid; grid-template-columns: 1fr 1fr; gap: 22px; margin: 14px 0; }
figure { margin: 0; padding: 12px 12px 10px; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; min-width: 0; }
figure.wide { grid-column: 1 / -1; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: 12.5px; margin-top: 6px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, figure:focus-visible, pre:focus-visible, a:focus-visible { outline: 3px solid var(--c1); outline-offset: 2px; }
nav { max-width: 1080px; margin: 0 auto; padding: 14px 24px 0; font-size: 14px; }
nav a { margin-right: 16px; color: var(--c1); }
table { border-collapse: collapse; margin: 10px 0; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 14px 5px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
thead th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--rule); vertical-align: bottom; }
.number { text-align: right; }
td.number { white-space: nowrap; }
.facts th { color: var(--soft); font-weight: 500; white-space: nowrap; }
.facts td { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 12px; overflow-x: auto; font-size: 12.5px; line-height: 1.45; }
.beside { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 22px; }
footer { margin-top: 36px; font-size: 12.5px; }
svg text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink); }
svg .tick { fill: var(--soft); font-size: 11px; }
svg .halo { paint-order: stroke; stroke: var(--panel); stroke-width: 4px; stroke-linejoin: round; }
svg .on-area { fill: var(--on-area); font-size: 10.5px; }
.grid { stroke: var(--grid); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
.frame { fill: none; stroke: var(--soft); stroke-width: 1; }
.level { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 2 3; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.thin { stroke-width: 1.1; }
.dashed { stroke-dasharray: 5 4; }
.pixels { image-rendering: pixelated; }
.line.muted, .mark.muted, .muted rect { opacity: 0.4; }
g.muted text { fill: var(--soft); }
.strong { font-weight: 650; }
.whisker { stroke: var(--ink); stroke-width: 1.4; }
.area.ink { fill: var(--soft); }
.area.exact { fill: var(--grid); }
.area.settled { fill: var(--rule); }
.shade0 { opacity: 0.2; } .shade1 { opacity: 0.35; } .shade2 { opacity: 0.55; } .shade3 { opacity: 0.75; }
svg text.name { font-weight: 600; }
svg text.name.muted { font-weight: 400; }
svg text.c1 { fill: var(--c1); }
svg text.c2 { fill: var(--c2); }
svg text.c3 { fill: var(--c3); }
svg text.c4 { fill: var(--c4); }
svg text.c5 { fill: var(--c5); }
svg text.c6 { fill: var(--c6); }
svg text.c7 { fill: var(--c7); }
svg text.c8 { fill: var(--c8); }
.line.c1 { stroke: var(--c1); } .mark.c1, .area.c1 { fill: var(--c1); }
.line.c2 { stroke: var(--c2); } .mark.c2, .area.c2 { fill: var(--c2); }
.line.c3 { stroke: var(--c3); } .mark.c3, .area.c3 { fill: var(--c3); }
.line.c4 { stroke: var(--c4); } .mark.c4, .area.c4 { fill: var(--c4); }
.line.c5 { stroke: var(--c5); } .mark.c5, .area.c5 { fill: var(--c5); }
.line.c6 { stroke: var(--c6); } .mark.c6, .area.c6 { fill: var(--c6); }
.line.c7 { stroke: var(--c7); } .mark.c7, .area.c7 { fill: var(--c7); }
.line.c8 { stroke: var(--c8); } .mark.c8, .area.c8 { fill: var(--c8); }
@media screen and (max-width: 800px) { .figures, .beside { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 600px) {
  main { padding: 16px 12px 28px; }
  figure { overflow-x: auto; }
  figure svg { min-width: 480px; }
  figure.wide svg { min-width: 720px; }
  .facts th { white-space: normal; }
  h1 { overflow-wrap: anywhere; }
}
@media print {
  main { max-width: none; padding: 0; }
  nav { display: none; }
  figure, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 11px; }
  thead th { white-space: normal; vertical-align: bottom; }
  th, td { padding: 3px 8px 3px 0; }
  h2, h3 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)";

}  // namespace forerun
