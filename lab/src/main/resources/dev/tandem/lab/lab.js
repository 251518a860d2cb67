// Hides what is not wanted, and draws the lines and the Pareto front of what is left.
const filter = document.querySelector('.filter');
const boxes = [...document.querySelectorAll('.filter input')];
const wanted = e => boxes.every(b => b.checked || e.dataset[b.name] !== b.value);
const at = (dot, axis) => +dot.querySelector('circle').getAttribute(axis);
function join(line, dots) {
  line.setAttribute('points', dots.map(d => at(d, 'cx') + ',' + at(d, 'cy')).join(' '));
}
function draw() {
  document.querySelectorAll('[data-solver]').forEach(e => e.classList.toggle('out', !wanted(e)));
  document.querySelectorAll('.chart').forEach(chart => {
    const worth = d => chart.dataset.better === 'up' ? -at(d, 'cy') : at(d, 'cy');
    const dots = [...chart.querySelectorAll('.dot:not(.out)')]
      .sort((a, b) => at(a, 'cx') - at(b, 'cx') || worth(b) - worth(a));
    let best = -Infinity;
    const front = dots.filter(d => {
      const better = worth(d) > best;
      best = better ? worth(d) : best;
      return better;
    });
    dots.forEach(d => d.querySelector('circle').setAttribute('class', front.includes(d) ? 'on' : 'off'));
    join(chart.querySelector('.front'), front);
    chart.querySelectorAll('.curve')
      .forEach(line => join(line, dots.filter(d => d.dataset.of === line.dataset.line)));
  });
}
if (filter) {
  filter.hidden = false;
  filter.addEventListener('change', draw);
}
