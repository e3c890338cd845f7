/** The look of a report: one column, light and dark as the reader has it, readable on a phone and on paper. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --paper: #fdfdfb; --card: #fff; --ink: #1c2126; --muted: #5b656f; --rule: #e1e5e8; --accent: #1d5fb8;
  --warn-ink: #6b4700; --warn: #fff6df; --warn-rule: #ecd9a4; --price: #1d5fb8; --sma20: #c2700a; --sma50: #7c4dbd; --sma200: #15846a;
  --band: #1d5fb814; --volume: #9aa5b0; --rmb: #b4372f; --credit: #2a6f97; }
@media (prefers-color-scheme: dark) { :root { --paper: #13161a; --card: #1a1e23; --ink: #e4e8ec; --muted: #9aa5b0; --rule: #2c333a;
  --accent: #7db1f5; --warn-ink: #f0d79a; --warn: #2b2415; --warn-rule: #54451f; --price: #7db1f5; --sma20: #e8a04c; --sma50: #b794ee;
  --sma200: #52c4a5; --band: #7db1f51c; --volume: #4d5760; --rmb: #e07a72; --credit: #6fb3dc; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word; }
main { max-width: 48rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .35rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.75rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); }
p { margin: .75rem 0; } ul { padding-left: 1.25rem; margin: .5rem 0 1rem; } li { margin: .3rem 0; } li ul { margin: .1rem 0; color: var(--muted); }
a { color: var(--accent); } code { font-size: .9em; }
.muted, .facts { color: var(--muted); } .facts { margin: 0 0 1.25rem; font-size: .95rem; }
.notice { background: var(--warn); color: var(--warn-ink); border: 1px solid var(--warn-rule); border-radius: .5rem; padding: .7rem .9rem;
  margin: .75rem 0; font-size: .93rem; } .notice.strong { font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; margin: 1.25rem 0; }
.tiles div { background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; padding: .6rem .8rem; }
.tiles dt { color: var(--muted); font-size: .8rem; } .tiles dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; } figcaption { color: var(--muted); font-size: .85rem; }
.plot { position: relative; height: 20rem; margin: 0 3.4rem 1.6rem 0; } .plot svg { width: 100%; height: 100%; display: block; overflow: visible; }
.plot path { fill: none; vector-effect: non-scaling-stroke; } .plot .grid { stroke: var(--rule); }
.plot .line { stroke-width: 1.4; stroke-linejoin: round; } .plot .price { stroke: var(--price); stroke-width: 2; }
.plot .sma20 { stroke: var(--sma20); } .plot .sma50 { stroke: var(--sma50); } .plot .sma200 { stroke: var(--sma200); }
.plot .band { fill: var(--band); } .plot .volume { stroke: var(--volume); stroke-width: 1.5; opacity: .55; }
.plot span { position: absolute; color: var(--muted); font-size: .75rem; line-height: 1; white-space: nowrap; font-variant-numeric: tabular-nums; }
.plot .y { left: calc(100% + .5rem); transform: translateY(-50%); } .plot .x { top: calc(100% + .5rem); transform: translateX(-50%); }
.chart figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; } .chart figcaption b { color: var(--ink); font-weight: 600; }
.key { display: inline-block; width: .9rem; height: .2rem; margin-right: .4rem; vertical-align: middle; border-radius: 1px; }
.key.price { background: var(--price); } .key.sma20 { background: var(--sma20); } .key.sma50 { background: var(--sma50); }
.key.sma200 { background: var(--sma200); } .key.band { background: var(--price); opacity: .25; height: .6rem; } .key.volume { background: var(--volume); }
.spends figcaption { margin-bottom: .5rem; } .spend { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; margin: .5rem 0; font-size: .93rem; }
.spend small { color: var(--muted); } .spend .amount { font-variant-numeric: tabular-nums; }
.spend svg { grid-column: 1 / -1; width: 100%; height: .45rem; border-radius: .25rem; overflow: hidden; }
.track { fill: var(--rule); } .rmb { fill: var(--rmb); } .credit { fill: var(--credit); }
.scroll { overflow-x: auto; margin: .75rem 0 1.25rem; } table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--muted); font-weight: 600; } footer { margin-top: 3rem; color: var(--muted); font-size: .85rem; }
@media (max-width: 30rem) { main { padding: 1.25rem 1rem 3rem; } h1 { font-size: 1.5rem; } .plot { height: 15rem; margin-right: 2.9rem; } }
@media print { body { background: none; } .plot, .spends, table { break-inside: avoid; } h2 { break-after: avoid; } }
`;
