"""What moves on the pages of runs: the values of a chart under the pointer, or stepped through with arrow keys."""

# Reads data that is in the page and writes text nodes and SVG shapes: no markup is made from it.
SCRIPT = """
"use strict";
document.querySelectorAll("svg.lines").forEach(function (svg) {
  var readings = JSON.parse(svg.dataset.readings), at = readings.length - 1;
  var cursor = svg.querySelector(".cursor"), readout = svg.parentNode.querySelector(".readout");
  var box = svg.viewBox.baseVal;
  function shape(name, attributes) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    cursor.appendChild(made);
  }
  function show(place) {
    at = Math.min(Math.max(place, 0), readings.length - 1);
    var reading = readings[at];
    cursor.textContent = "";
    shape("line", {x1: reading[1], x2: reading[1], y1: 12, y2: box.height - 34});
    reading[2].forEach(function (value) {
      shape("circle", {"class": "c" + value[3], cx: reading[1], cy: value[2], r: 4.5});
    });
    readout.textContent = "epoch " + reading[0] + ": " +
      reading[2].map(function (value) { return value[0] + " " + value[1]; }).join(", ");
  }
  function rest() { cursor.textContent = ""; }
  function follow(event) {
    var frame = svg.getBoundingClientRect(), x = (event.clientX - frame.left) / frame.width * box.width, best = 0;
    readings.forEach(function (reading, place) {
      if (Math.abs(reading[1] - x) < Math.abs(readings[best][1] - x)) { best = place; }
    });
    show(best);
  }
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerdown", follow);
  svg.addEventListener("pointerleave", rest);
  svg.addEventListener("focus", function () { show(at); });
  svg.addEventListener("blur", rest);
  svg.addEventListener("keydown", function (event) {
    var steps = {ArrowLeft: -1, ArrowRight: 1, Home: -readings.length, End: readings.length};
    if (event.key in steps) { event.preventDefault(); show(at + steps[event.key]); }
  });
});
"""
