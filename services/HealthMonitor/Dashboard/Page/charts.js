// Draws series on a canvas with uPlot. The library comes from npm and is bundled by the build; a build without Node has none,
// says why in the document, and `chartsMissing` tells the views to show tables instead.

import { time } from './format.js';

/** Why there are no charts; null: there are. */
export const chartsMissing = document.documentElement.dataset.chartsMissing || null;

const Plot = chartsMissing ? null : (await import('uplot')).default;
const live = new Set();

/** An axis shorter than this says the seconds too. */
const SECONDS_MATTER = 240;

/** Dashes differ as well as colours. */
const STROKES = [
  { color: '--series-1', width: 2, dash: [] },
  { color: '--series-2', width: 2, dash: [7, 4] },
  { color: '--series-3', width: 2, dash: [2, 3] },
  { color: '--series-4', width: 2, dash: [10, 3, 2, 3] },
  { color: '--series-5', width: 2, dash: [4, 2] },
  { color: '--series-6', width: 2, dash: [1, 2] },
];

/** A chart that fills an element. */
export class Chart {
  #element;
  #definition;
  #plot = null;
  #markers = [];
  #data = null;
  #range = null;
  #size;

  /** @param definition { labels, format, least?, most?, steps?, stacked?, strokes?: numbers of strokes, band?: [upper, lower] columns, line?: { at, label } } */
  constructor(element, definition) {
    this.#element = element;
    this.#definition = definition;
    this.#size = new ResizeObserver(() => this.#plot?.setSize({ width: element.clientWidth, height: element.clientHeight }));
    this.#size.observe(element);
    live.add(this);
  }

  /** @param markers [{ at: seconds, kind, glyph }] */
  show(data, range, markers) {
    if (!this.#element.isConnected) return;
    [this.#data, this.#range, this.#markers] = [this.#definition.stacked ? stacked(data) : data, range, markers];
    if (this.#plot) this.#plot.setData(this.#data, true);
    else this.#create();
  }

  recolor() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#data && this.#element.isConnected) this.#create();
  }

  destroy() {
    this.#size.disconnect();
    this.#plot?.destroy();
    live.delete(this);
  }

  #create() {
    const { labels, format, steps } = this.#definition;
    const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = { stroke: color('--muted'), grid: { stroke: color('--grid'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    this.#plot = new Plot({
      width: this.#element.clientWidth || 300,
      height: this.#element.clientHeight || 180,
      padding: [18, 10, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      legend: { show: true, live: true, markers: { width: 0 } },
      scales: { x: { time: true, range: () => this.#range }, y: { range: (_, least, most) => [0, this.#definition.most ?? Math.max((most ?? 0) * 1.1, this.#definition.least ?? 1)] } },
      axes: [
        { ...axis, size: 26, space: 70, values: (_, splits) => splits.map(second => time(second * 1000).slice(0, this.#range[1] - this.#range[0] < SECONDS_MATTER ? 8 : 5)) },
        { ...axis, size: 52, space: 32, values: (_, splits) => splits.map(value => format(value)) },
      ],
      series: [
        { label: 'Time', value: (_, second) => (second === null ? '' : time(second * 1000)) },
        ...this.#drawn(labels).map(([label, n]) => ({
          label,
          stroke: color(STROKES[n].color),
          fill: this.#definition.stacked ? color(`--area-${n + 1}`) : undefined,
          width: STROKES[n].width,
          dash: this.#definition.stacked ? [] : STROKES[n].dash,
          spanGaps: false,
          points: { show: false },
          paths: steps ? Plot.paths.stepped({ align: 1 }) : undefined,
          value: (_, value) => (value === null || value === undefined ? '–' : format(value)),
        })),
      ],
      bands: this.#definition.band ? [{ series: this.#definition.band, fill: color('--band') }] : [],
      hooks: { draw: [plot => this.#drawMarkers(plot, color)] },
    }, this.#data, this.#element);
  }

  /** Each label with the number of its stroke. What is stacked is drawn from the top down, so that each area covers the rest of the one above. */
  #drawn(labels) {
    const numbered = labels.map((label, n) => [label, (this.#definition.strokes?.[n] ?? n) % STROKES.length]);
    return this.#definition.stacked ? numbered.reverse() : numbered;
  }

  /** What happened, on the axis of time; and the line not to be crossed. */
  #drawMarkers(plot, color) {
    const { ctx } = plot;
    const scale = devicePixelRatio || 1;
    ctx.save();
    ctx.textBaseline = 'alphabetic';
    this.#drawLine(plot, color, scale);
    ctx.font = `${11 * scale}px system-ui, sans-serif`;
    ctx.textAlign = 'center';
    let free = -Infinity;
    for (const marker of [...this.#markers].sort((a, b) => a.at - b.at)) {
      const x = Math.round(plot.valToPos(marker.at, 'x', true));
      if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) continue;
      ctx.strokeStyle = ctx.fillStyle = color(`--mark-${marker.kind}`);
      ctx.lineWidth = scale;
      ctx.setLineDash(marker.kind === 'scale' ? [2 * scale, 3 * scale] : []);
      ctx.beginPath();
      ctx.moveTo(x, plot.bbox.top);
      ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
      ctx.stroke();
      const half = ctx.measureText(marker.glyph).width / 2;
      const at = Math.max(x, plot.bbox.left + half);
      if (at - half < free) continue;
      ctx.fillText(marker.glyph, at, plot.bbox.top - 4 * scale);
      free = at + half + 3 * scale;
    }

    ctx.restore();
  }

  #drawLine(plot, color, scale) {
    const line = this.#definition.line;
    if (!line) return;
    const { ctx } = plot;
    const y = Math.round(plot.valToPos(line.at, 'y', true));
    ctx.strokeStyle = ctx.fillStyle = color('--mark-bad');
    ctx.lineWidth = 1.5 * scale;
    ctx.setLineDash([6 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(plot.bbox.left, y);
    ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
    ctx.stroke();
    ctx.font = `${11 * scale}px system-ui, sans-serif`;
    ctx.textAlign = 'right';
    ctx.fillText(line.label, plot.bbox.left + plot.bbox.width - 4 * scale, y - 4 * scale);
  }
}

/** Sums from the first series up, the topmost first. Pure. */
export function stacked([at, ...columns]) {
  const sums = [];
  for (const column of columns) sums.push(column.map((value, i) => (value ?? 0) + (sums.at(-1)?.[i] ?? 0)));
  return [at, ...sums.reverse()];
}

if (!chartsMissing) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => live.forEach(chart => chart.recolor()));
}

