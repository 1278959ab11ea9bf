"""The style of every page: light or dark as the reader's system is, wide or narrow, on paper."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--page:#f4f6f8;--card:#fff;--ink:#1a2230;--soft:#566072;--line:#d5dbe3;--wash:#eef2f6;
--first:#0b5cad;--second:#b8500b;--on-first:#fff;--shade:#1a223055;--good:#1c7a3d;--caution:#8a5a00;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--page:#0f1318;--card:#181d24;--ink:#e7eaef;--soft:#a0a9b8;--line:#343c48;
--wash:#20262f;--first:#6db3ff;--second:#ffa657;--on-first:#0b1520;--shade:#000c;--good:#5fd38a;--caution:#f0b849;
--bad:#ff8a80}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans",Helvetica,Arial,sans-serif;overflow-wrap:anywhere}
body>*{max-width:1180px;margin-inline:auto;padding-inline:20px}
header{padding-top:28px}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 12px}
header p{margin:0;color:var(--soft)}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:14px 0 0;padding:0}
a{color:var(--first)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:16px 0}
section>:last-child{margin-bottom:0}
p{margin:0 0 12px;max-width:75ch}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px 24px;margin:0 0 14px}
.facts div{min-width:0}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
.highlight{display:flex;gap:12px;align-items:baseline;border-left:5px solid;border-radius:6px;background:var(--wash);
padding:12px 16px;margin:0 0 16px}
.highlight p{margin:0;font-size:1.06rem;max-width:80ch}
.highlight span{font-weight:700;font-size:1.2rem}
.highlight.good{border-color:var(--good)}
.highlight.good span{color:var(--good)}
.highlight.caution{border-color:var(--caution)}
.highlight.caution span{color:var(--caution)}
.highlight.bad{border-color:var(--bad)}
.highlight.bad span{color:var(--bad)}
.listed{margin:0;padding-left:1.2em;max-width:90ch}
.listed li{margin:0 0 6px}
.scroll{overflow-x:auto;margin:0 0 14px;max-width:100%;background:linear-gradient(90deg,var(--card) 40%,transparent)
0 0/40px 100% no-repeat local,linear-gradient(270deg,var(--card) 40%,transparent) 100% 0/40px 100% no-repeat local,
linear-gradient(90deg,var(--shade),transparent) 0 0/16px 100% no-repeat scroll,linear-gradient(270deg,var(--shade),
transparent) 100% 0/16px 100% no-repeat scroll}
.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--first);outline-offset:2px}
table{border-collapse:collapse;width:max-content;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:6px 20px 6px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;
overflow-wrap:normal}
th:last-child,td:last-child{padding-right:0}
td bdi,th bdi{display:inline-block;max-width:min(44ch,45vw);overflow-wrap:anywhere}
td:last-child bdi{max-width:min(72ch,60vw)}
thead th{color:var(--soft);font-weight:600;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:600}
.number{text-align:right;white-space:nowrap}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:22px 28px;margin:0 0 14px}
figure{margin:0;min-width:0}
section>figure{margin-bottom:18px}
figcaption{font-weight:600;margin:0 0 6px}
figure p{color:var(--soft);font-size:.88rem;margin:6px 0 0}
svg{display:block;width:100%;height:auto;font:11px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Helvetica,
Arial,sans-serif}
svg text{fill:var(--ink)}
svg .soft{fill:var(--soft)}
svg .on{fill:var(--on-first)}
svg .line{stroke:var(--line);fill:none}
svg .axis{stroke:var(--soft);fill:none}
svg .first{fill:var(--first)}
svg .second{fill:var(--second)}
svg .first-line{stroke:var(--first);fill:none}
svg .second-line{stroke:var(--second);fill:none}
svg .hollow{fill:var(--card);stroke:var(--first)}
svg .wash{fill:var(--wash)}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:18px;list-style:none;margin:0;padding:0}
.pictures figure{font-size:.88rem}
.pictures .frame{display:flex;height:160px;align-items:center;justify-content:center;background:var(--wash);
border-radius:6px;overflow:hidden;margin-bottom:6px;color:var(--soft);text-align:center;padding:0}
.pictures img{display:block;width:auto;height:auto;max-width:100%;max-height:160px}
.pictures.large{grid-template-columns:repeat(auto-fit,minmax(min(100%,230px),1fr));margin:0 0 18px}
.pictures.large .frame{height:240px}
.pictures.large img{max-height:240px}
.pictures.large .tiny{width:200px;height:200px}
.pictures .tiny{width:96px;height:96px;object-fit:contain;image-rendering:pixelated}
.pictures figcaption{font-weight:400;margin:0}
.pictures figcaption div{line-height:1.4}
.pictures .name{color:var(--soft);font-size:.82rem}
.pictures b{font-weight:600}
pre{background:var(--wash);border-radius:6px;padding:12px 14px;margin:0 0 14px;white-space:pre-wrap;
overflow-wrap:anywhere;font:.88rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
details{margin:0 0 12px}
summary{cursor:pointer;font-weight:600;margin-bottom:10px}
footer{color:var(--soft);font-size:.88rem;padding-block:4px 28px}
@media (max-width:560px){body{font-size:15px}body>*{padding-inline:12px}section{padding:14px 12px}
h1{font-size:1.4rem}.facts{grid-template-columns:repeat(auto-fit,minmax(130px,1fr))}
.pictures{grid-template-columns:repeat(auto-fill,minmax(136px,1fr));gap:14px}th,td{padding-right:12px}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--wash:#eee;
--first:#0b5cad;--second:#b8500b;--on-first:#fff;--shade:transparent;--good:#1c7a3d;--caution:#8a5a00;--bad:#b3261e}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}nav{display:none}
body{font-size:11pt}body>*{max-width:none;padding-inline:0}section{border:0;padding:0;margin:14pt 0}
.scroll{overflow:visible}figure,tr,.facts,pre{break-inside:avoid}h2,summary{break-after:avoid}}
"""
