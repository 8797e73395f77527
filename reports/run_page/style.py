"""How the pages of runs look, on top of what every page has."""

from reports.run_page.charts import COLOURS

# Okabe and Ito's palette (B. Wong, "Color blindness", Nature Methods 8, 441, 2011), each made darker or lighter until
# it has a contrast of 3 on its ground (WCAG 2.2, 1.4.11).
LIGHT = ("#0067a3", "#b8480a", "#007a57", "#a04f80", "#8a5a00", "#2b83b5", "#6f6800", "#3c434b")
DARK = ("#62b3e8", "#ff9068", "#4bc79f", "#e590bf", "#eab04f", "#a5d5f3", "#e3d95e", "#c3cad2")
assert len(LIGHT) == len(DARK) == COLOURS


def _variables(colours: tuple[str, ...]) -> str:
    return ";".join(f"--c{number}:{colour}" for number, colour in enumerate(colours))


def _classes() -> str:
    return "".join(
        f"path.c{number}{{stroke:var(--c{number})}}circle.c{number}{{fill:var(--c{number})}}"
        for number in range(COLOURS)
    )


RUN_STYLE = (
    f"""
:root{{{_variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
@media print{{:root{{{_variables(LIGHT)}}}}}
{_classes()}"""
    + """
.card small{display:block;color:var(--quiet);font-size:.8rem;font-weight:400;line-height:1.4;margin-top:.1rem}
.summary{font-size:1.08rem;max-width:none;margin:1.2rem 0 0}
nav{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;margin:.9rem 0 0;font-size:.925rem}
a{color:var(--blue);text-underline-offset:.15em}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.2rem 1.6rem;margin:.9rem 0}
.pair>*{min-width:0}
.chart figcaption{font-size:.9rem;margin:0 0 .3rem;color:var(--quiet);display:flex;flex-wrap:wrap;gap:.1rem .9rem}
.chart figcaption strong{color:var(--ink)}
.chart .note,.readout{font-size:.85rem;color:var(--quiet);margin:.3rem 0 0;max-width:none}
.legend b{font-weight:600;color:var(--ink);font-variant-numeric:tabular-nums}
.readout{min-height:1.5em;font-variant-numeric:tabular-nums}
svg.key{width:1.4rem;height:.4rem;margin-right:.35rem;vertical-align:middle}
svg.lines,svg.plot{display:block;width:100%;height:auto;overflow:visible}
svg.plot{max-width:27rem}
svg.lines{touch-action:pan-y;cursor:crosshair}
svg.lines:focus-visible{outline:2px solid var(--blue);outline-offset:4px;border-radius:.3rem}
.lines path,.key path{fill:none;stroke-width:2.2;stroke-linejoin:round}
.lines path.thin{stroke-width:1.4}
.lines text,.plot text{font-size:12px;fill:var(--quiet)}
.plot text{font-size:11px}
.grid{stroke:var(--line);stroke-width:1}
.change{stroke:var(--quiet);stroke-width:1;stroke-dasharray:2 4;opacity:.75}
.cursor line{stroke:var(--quiet);stroke-width:1}
.cursor circle{stroke:var(--paper);stroke-width:1.5}
.plot .bar,.swatch.bar{fill:var(--c0);background:var(--c0)}
.plot .wrong,.swatch.wrong{fill:var(--c1);background:var(--c1)}
.plot .gap{fill:var(--c1);fill-opacity:.4}
.plot .bar.few{fill-opacity:.45}.plot .gap.few{fill-opacity:.2}
.plot .band{stroke:var(--ink);stroke-width:1.3;opacity:.8}
.plot .ideal{stroke:var(--quiet);stroke-width:1.3;stroke-dasharray:5 4;fill:none}
.plot .point{fill:var(--c0)}.plot .whisker{stroke:var(--c0);stroke-width:2.2}
.intervals{display:grid;grid-template-columns:max-content 1fr max-content;gap:.45rem .8rem;align-items:center;
font-size:.9rem;font-variant-numeric:tabular-nums;margin:.6rem 0 .2rem}
.intervals .name{overflow-wrap:anywhere}
.span{position:relative;display:block;height:1rem;
background:linear-gradient(var(--line),var(--line)) 0 50%/100% 1px no-repeat}
.span i{position:absolute;top:.35rem;height:.3rem;border-radius:.15rem;background:var(--c0);opacity:.45}
.span b{position:absolute;top:.15rem;width:.7rem;height:.7rem;margin-left:-.35rem;border-radius:50%;
background:var(--c0)}
.swatch{display:inline-block;width:.75em;height:.75em;border-radius:.15em;margin:0 .3em 0 .2em}
table.confusion{width:auto;border-collapse:separate;border-spacing:3px}
.confusion th,.confusion td{border:0;padding:.45rem .7rem;text-align:center;vertical-align:middle}
.confusion td{border-radius:.35rem;min-width:4.3rem;line-height:1.25;font-variant-numeric:tabular-nums}
.confusion td b{display:block;font-weight:650}
.confusion td span{font-size:.8rem;opacity:.85;white-space:nowrap}
.with-interval{white-space:nowrap}
.confusion td.right{background:color-mix(in srgb,var(--c0) var(--shade),var(--ground))}
.confusion td.mistake{background:color-mix(in srgb,var(--c1) var(--shade),var(--ground))}
.confusion td.deep{color:var(--paper)}
.confusion .corner{display:block;line-height:1.2}
.confusion td.sum{color:var(--quiet)}
.confusion th[scope=row]{text-align:right}
.answers{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:1rem;margin:.7rem 0 .3rem}
.answers.explained{grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr))}
.answer{border:1px solid var(--line);border-radius:.6rem;padding:.55rem;min-width:0;break-inside:avoid}
.answer .views{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:.35rem}
.answer img{width:100%;aspect-ratio:1;object-fit:contain;background:var(--ground);border-radius:.35rem}
.answer p{margin:.45rem 0 .3rem;line-height:1.35;font-size:.9rem}
.answer .id{font:.72rem ui-monospace,SFMono-Regular,Menlo,monospace;color:var(--quiet);overflow:hidden;
text-overflow:ellipsis;white-space:nowrap;margin:.35rem 0 0}
.odds{display:grid;grid-template-columns:max-content 1fr max-content;gap:.12rem .4rem;align-items:center;margin:0;
font-size:.75rem;color:var(--quiet);font-variant-numeric:tabular-nums}
.odds i{display:block;height:.5rem;border-radius:.25rem;background:var(--line);overflow:hidden}
.odds i u{display:block;height:100%;background:var(--quiet)}
.odds .true{color:var(--good);font-weight:650}.odds .false{color:var(--error);font-weight:650}
.odds i.true u{background:var(--good)}.odds i.false u{background:var(--error)}
.plates{display:grid;gap:1rem}.plates>*{min-width:0}
.plates img{max-width:100%;height:auto;background:#fff;border-radius:.5rem}
pre{margin:.5rem 0;padding:.7rem .9rem;background:var(--ground);border-radius:.5rem;white-space:pre-wrap;
overflow-wrap:anywhere;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
td .mark{display:inline-block;background:var(--warning-soft);color:var(--warning);border-radius:.3rem;padding:0 .35rem;
font-weight:600}
.keys td:first-child{white-space:nowrap}
.wrap{overflow-wrap:anywhere}.who{display:inline-block;min-width:9rem}
.who small,.verdict small{display:block;color:var(--quiet);line-height:1.35}
.digest{font:.75rem ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
@media (max-width:36rem){.answers{grid-template-columns:repeat(2,1fr);gap:.6rem}
table.confusion{border-spacing:2px;font-size:.85rem}.confusion td{min-width:2.45rem}
.confusion th,.confusion td{padding:.35rem .1rem}.confusion td span{font-size:.66rem}
.lines text{font-size:14.5px}
.intervals{grid-template-columns:1fr max-content}.intervals .name{grid-column:1/-1;margin-bottom:-.4rem}
.who{min-width:7rem}.plates .scroll img{max-width:none;width:40rem}}
@media print{nav,.readout{display:none}.pair{grid-template-columns:1fr 1fr}table{font-size:8pt}
.number{white-space:normal}td,th{padding-right:.5rem}.who{min-width:5rem}.answers{grid-template-columns:repeat(4,1fr)}
.answers.explained{grid-template-columns:repeat(3,1fr)}h2,h3{break-after:avoid}
section{break-inside:auto}.chart,tr{break-inside:avoid}}
"""
)
