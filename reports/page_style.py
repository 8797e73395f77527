"""How every HTML page looks: light and dark, on a desk, on a phone and on paper."""

# Blue, green, orange and vermilion of the palette by Okabe and Ito that stays apart for colour-blind readers
# (B. Wong, "Color blindness", Nature Methods 8, 441, 2011), made darker or lighter until text in them has a
# contrast of at least 4.5 on its ground (WCAG 2.2, 1.4.3).
STYLE = """
:root{color-scheme:light dark;--ground:#f6f6f3;--paper:#fff;--ink:#1d2126;--quiet:#5c646e;--line:#e2e3de;
--blue:#0067a3;--blue-soft:#cfe3f1;--good:#00704f;--warning:#8a5a00;--error:#b03a00;
--warning-soft:#fdf1d8;--error-soft:#fde6dc;--good-soft:#dff3ec}
@media (prefers-color-scheme:dark){:root{--ground:#14171b;--paper:#1c2026;--ink:#e7e9ec;--quiet:#9aa4af;
--line:#2d333b;--blue:#62b3e8;--blue-soft:#21405a;--good:#4bc79f;--warning:#eab04f;--error:#ff9068;
--warning-soft:#352a14;--error-soft:#3a2018;--good-soft:#14322a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:64rem;padding:2.5rem 1.25rem 3rem;background:var(--ground);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;margin:0;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3;letter-spacing:-.005em;margin:0 0 .35rem}
h3{font-size:1rem;margin:1.4rem 0 .35rem}
p{margin:.35rem 0 .8rem;max-width:46rem;text-wrap:pretty}
.subtitle,.lead,figcaption,footer,.quiet{color:var(--quiet)}
.subtitle{margin:.4rem 0 0;overflow-wrap:anywhere}
section{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;
padding:1.25rem 1.4rem;margin:1.1rem 0 0}
section>:last-child{margin-bottom:0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1.5rem 0 0}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:.7rem 1rem .8rem}
.card dt{color:var(--quiet);font-size:.875rem}
.card dd{margin:0;font-size:1.6rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.card.good dd{color:var(--good)}.card.warning dd{color:var(--warning)}.card.error dd{color:var(--error)}
.scroll{overflow-x:auto;margin:.6rem 0 .9rem}
.scroll:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.925rem}
caption{text-align:left;color:var(--quiet);padding:0 0 .35rem}
th,td{padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:middle}
th{color:var(--quiet);font-weight:500;white-space:nowrap}
tbody tr:last-child td{border-bottom:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td:last-child,th:last-child{padding-right:.1rem}
.strip{display:flex;flex-wrap:wrap;gap:.6rem;margin:.6rem 0 .2rem}
figure{margin:0}
figure img{display:block;border-radius:.4rem;max-width:100%}
figcaption{font-size:.8rem;line-height:1.35;margin-top:.25rem;overflow-wrap:anywhere}
.strip figure{width:6.4rem}
.strip img{width:6.4rem;height:6.4rem;object-fit:contain;background:var(--ground)}
.finding{border-left:3px solid var(--line);padding:.1rem 0 .1rem .9rem;margin:.9rem 0}
.finding p{margin:.1rem 0;max-width:none;overflow-wrap:anywhere}
.finding.error{border-color:var(--error)}.finding.warning{border-color:var(--warning)}
.tag{display:inline-block;border-radius:1rem;padding:0 .6rem;font-size:.8rem;font-weight:600;line-height:1.55;
white-space:nowrap;background:var(--blue-soft);color:var(--ink);margin-right:.45rem}
.tag.error{background:var(--error-soft);color:var(--error)}
.tag.warning{background:var(--warning-soft);color:var(--warning)}
.tag.good{background:var(--good-soft);color:var(--good)}
.drawing{display:block;width:100%;min-width:12rem;height:1.25rem;overflow:visible}
.drawing .track{fill:var(--line)}.drawing .bar{fill:var(--blue)}.drawing .soft{fill:var(--blue-soft)}
.drawing .mark{stroke:var(--ink);stroke-width:2;vector-effect:non-scaling-stroke}
.drawing .thin{stroke:var(--quiet);stroke-width:1.5;vector-effect:non-scaling-stroke}
.drawing.good .bar{fill:var(--good)}
td.wide{width:45%}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
footer{font-size:.85rem;margin:1.5rem 0 0}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--blue)}
@media (max-width:36rem){body{padding:1.4rem .8rem 2rem}h1{font-size:1.5rem}section{padding:1rem}
.cards{grid-template-columns:repeat(2,1fr)}.drawing{min-width:5.5rem}th{white-space:normal}td,th{padding-right:.6rem}
.strip figure{width:5.2rem}.strip img{width:5.2rem;height:5.2rem}}
@media print{:root{--ground:#fff;--paper:#fff;--ink:#000;--quiet:#444;--line:#bbb;
--blue:#0067a3;--blue-soft:#cfe3f1;--good:#00704f;--warning:#8a5a00;--error:#b03a00;
--warning-soft:#fdf1d8;--error-soft:#fde6dc;--good-soft:#dff3ec}
body{max-width:none;padding:0;font-size:10pt}
section,.card{break-inside:avoid;border-color:#bbb}.scroll{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
