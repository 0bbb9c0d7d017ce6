"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const few = value => {
    const size = Math.abs(value);
    return value.toFixed(size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  };

  // Text as HTML has it.
  function escaped(text) {
    const element = document.createElement("span");
    element.textContent = text;
    return element.innerHTML;
  }

  function bars(e) {
    const width = Math.max(1, (e.points.length > 1 ? e.points[1].canvasx - e.points[0].canvasx : 4) - 1);
    const zero = e.dygraph.toDomYCoord(0);
    e.drawingContext.fillStyle = e.color;
    for (const p of e.points) {
      if (p.yval > 0) e.drawingContext.fillRect(p.canvasx, p.canvasy, width, zero - p.canvasy);
    }
  }

  // What each series has at the time that is pointed at, or only who they are.
  function legend(chart, values) {
    return chart.series.map((s, i) => {
      const value = values && values[i];
      const text = value == null ? "" : " <b>" + (chart.levels.length ? escaped(chart.levels[value - 1]) : few(value)) + "</b>";
      return `<span><i style="background:${s.color}"></i>${escaped(s.name)}${text}</span>`;
    }).join("") + (chart.mark ? `<span><i class=dashed></i>${escaped(chart.mark.name)}</span>` : "");
  }

  // Of all charts, as they have the same times.
  function tell(row) {
    data.charts.forEach((chart, index) => {
      const time = row === undefined ? "" : `<span>${few(data.times[row])} s</span>`;
      const values = row === undefined ? null : chart.series.map(s => s.values[row]);
      document.getElementById("legend" + index).innerHTML = time + legend(chart, values);
    });
  }

  function mark(chart) {
    return (context, area, g) => {
      if (!chart.mark) return;
      const y = Math.round(g.toDomYCoord(chart.mark.at)) + 0.5;
      if (y < area.y) return;
      context.save();
      context.strokeStyle = "#1b2733";
      context.setLineDash([5, 4]);
      context.beginPath();
      context.moveTo(area.x, y);
      context.lineTo(area.x + area.w, y);
      context.stroke();
      context.restore();
    };
  }

  const graphs = data.charts.map((chart, index) => {
    const rows = data.times.map((t, i) => [t].concat(chart.series.map(s => s.values[i])));
    const series = {};
    const counts = chart.series.every(s => s.style === "bars");
    let highest = chart.mark ? chart.mark.at : 0;
    for (const s of chart.series) {
      series[s.name] = {
        color: s.color,
        stepPlot: s.style === "step" || s.style === "filled",
        fillGraph: s.style === "filled",
        strokeWidth: s.style === "filled" ? 1 : 1.6,
      };
      if (s.style === "bars") series[s.name].plotter = bars;
      for (const v of s.values) if (v > highest) highest = v;
    }
    const levels = chart.levels.length;
    const options = {
      labels: ["s"].concat(chart.series.map(s => s.name)),
      series,
      fillAlpha: 0.13,
      legend: "never",
      valueRange: levels ? [0.4, levels + 0.6] : [0, highest > 0 ? highest * 1.06 : counts ? 4 : 1],
      gridLineColor: "#e6ebf0",
      axisLineColor: "#b9c4ce",
      highlightCircleSize: 3,
      axes: {
        x: { drawGrid: true, axisLabelFormatter: v => few(v) + " s", pixelsPerLabel: 70 },
        y: { axisLabelWidth: 58, pixelsPerLabel: chart.low ? 20 : 34, axisLabelFormatter: v => few(v) },
      },
      underlayCallback: mark(chart),
      highlightCallback: (event, x, points, row) => tell(row),
      unhighlightCallback: () => tell(),
    };
    if (levels) options.axes.y.ticker = () => chart.levels.map((label, i) => ({ v: i + 1, label }));
    return new Dygraph(document.getElementById("plot" + index), rows, options);
  });
  tell();
  if (graphs.length > 1) Dygraph.synchronize(graphs, { range: false });
})();
