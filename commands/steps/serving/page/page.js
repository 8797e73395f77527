// The page: sends images to /api/predict one by one, shows what comes back, and draws heat maps on request.
"use strict";

const AT_ONCE = 4; // requests at a time; a browser opens six connections
const FAMILIES = { cnn: "a CNN", mlp: "an MLP", residual: "a residual network" };
const find = (id) => document.getElementById(id);

const asked = []; // in the order in which they were given: {file, card, answer, leaving}
const waiting = [];
let running = 0;
let pasted = 0;
let limits = { image_bytes: Infinity };

function make(name, attributes = {}, ...parts) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...parts);
  return made;
}

function percent(probability) {
  if (probability > 0 && probability < 0.0001) return "< 0.01 %"; // 0 and 100 only of what is
  if (probability > 0.9999 && probability < 1) return "> 99.99 %";
  return `${(100 * probability).toFixed(2)} %`;
}

const megabytes = (bytes) => `${Math.floor(bytes / 1e6)} MB`;

// Asking

function ask(files) {
  for (const file of files) {
    const card = make("li", { class: "answer", "aria-busy": "true" });
    const one = { file, card, answer: null, leaving: new AbortController() };
    one.card.append(make("h3", {}, file.name), make("p", { class: "notice" }, "Waiting …"));
    asked.push(one);
    waiting.push(one);
    find("answers").append(one.card);
  }
  tell();
  while (running < AT_ONCE && waiting.length) work();
}

async function work() {
  running += 1;
  while (waiting.length) {
    const one = waiting.shift();
    one.answer = await send(one);
    if (!asked.includes(one)) continue; // cleared meanwhile
    show(one);
    tell();
  }
  running -= 1;
}

async function send({ file, leaving }) {
  const refuse = (error) => ({ image_id: file.name, probabilities: null, error });
  try {
    if (file.size > limits.image_bytes)
      return refuse(`Expected an image of at most ${megabytes(limits.image_bytes)}. Received: ${megabytes(file.size)}.`);
    const form = new FormData();
    form.append("images", file, file.name);
    const body = await read(await fetch("api/predict", { method: "POST", body: form, signal: leaving.signal }));
    return body.answers ? { ...body.answers[0], image_id: file.name } : refuse(body.error);
  } catch (error) {
    return refuse(unreachable(error));
  }
}

async function read(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { error: `${response.status} ${text.slice(0, 200)}` };
  }
}

const unreachable = (error) =>
  `It could not be sent (${error.message}). Is it a file that can be read, and is the server still running?`;

// Showing

function tell() {
  const answered = asked.filter((one) => one.answer && !one.answer.error).length;
  const refused = asked.filter((one) => one.answer && one.answer.error).length;
  const left = asked.length - answered - refused;
  const parts = [`${asked.length} ${asked.length === 1 ? "image" : "images"}: ${answered} answered`];
  if (refused) parts.push(`${refused} could not be read`);
  if (left) parts.push(`${left} waiting`);
  find("status").textContent = asked.length ? `${parts.join(", ")}.` : "No images yet.";
  find("download").disabled = left === asked.length;
  find("clear").disabled = !asked.length;
}

function show(one) {
  const { card, answer, file } = one;
  card.removeAttribute("aria-busy");
  card.replaceChildren(make("h3", {}, file.name));
  if (answer.error) {
    card.append(make("p", { class: "refused" }, answer.error));
    return;
  }
  const sure = percent(answer.probabilities[answer.label]);
  card.append(make("p", { class: "verdict" }, `Label ${answer.label} `, make("span", { class: "sure" }, sure)));
  one.picture = URL.createObjectURL(file);
  const body = make("div", { class: "body" });
  body.append(make("figure", {}, make("img", { src: one.picture, alt: `The image ${file.name}` })), bars(answer));
  card.append(body, ...answer.notices.map((notice) => make("p", { class: "notice" }, `Notice: ${notice}.`)));
  const button = make("button", { type: "button", "aria-expanded": "false" });
  button.append("Show heat map", make("span", { class: "unseen" }, ` of ${file.name}`));
  button.addEventListener("click", () => toggleHeat(one, button, body));
  card.append(make("div", { class: "actions" }, button));
}

function bars(answer) {
  const rows = Object.entries(answer.probabilities).map(([label, probability]) => {
    const bar = make("span");
    bar.style.width = `${100 * probability}%`; // set by the script, which the page's policy allows
    const given = label === answer.label;
    const name = make("th", { scope: "row" }, label);
    if (given) name.append(make("span", { class: "unseen" }, " (given)"));
    const row = make("tr", { "data-label": label, "data-probability": String(probability) }, name);
    row.append(make("td", { "aria-hidden": "true" }, make("span", { class: "track" }, bar)));
    row.append(make("td", { class: "number" }, percent(probability)));
    if (given) row.className = "given";
    return row;
  });
  const caption = make("caption", { class: "unseen" }, `Probability of each label for ${answer.image_id}`);
  return make("table", { class: "bars" }, caption, make("tbody", {}, ...rows));
}

async function toggleHeat(one, button, body) {
  const [words] = button.childNodes;
  const shown = body.querySelectorAll(".heat");
  if (shown.length) {
    shown.forEach((part) => part.remove());
    words.textContent = "Show heat map";
    button.setAttribute("aria-expanded", "false");
    return;
  }
  if (button.getAttribute("aria-disabled") === "true") return; // being drawn; it keeps the focus
  button.setAttribute("aria-disabled", "true");
  words.textContent = "Drawing heat map …";
  const { label } = one.answer;
  try {
    one.heat ??= await drawHeat(one, label);
    const alt = `Heat map of ${one.file.name} for label ${label}`;
    const says = `Warm where covering the image takes probability from label ${label}.`;
    body.append(make("figure", { class: "heat" }, make("img", { src: one.heat, alt })));
    body.append(make("p", { class: "notice heat", role: "status" }, says));
    words.textContent = "Hide heat map";
    button.setAttribute("aria-expanded", "true");
  } catch (error) {
    body.append(make("p", { class: "refused heat", role: "alert" }, error.message));
    words.textContent = "Hide message";
  }
  button.removeAttribute("aria-disabled");
}

async function drawHeat({ file, leaving }, label) {
  const form = new FormData();
  form.append("image", file, file.name);
  form.append("label", label);
  let response;
  try {
    response = await fetch("api/heat-map", { method: "POST", body: form, signal: leaving.signal });
  } catch (error) {
    throw new Error(unreachable(error));
  }
  if (!response.ok) throw new Error((await read(response)).error);
  return URL.createObjectURL(await response.blob());
}

// Keeping

async function download() {
  const rows = asked.filter((one) => one.answer).map(({ answer }) => ({
    image_id: answer.image_id,
    probabilities: answer.probabilities,
  }));
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch("api/csv", { method: "POST", headers, body: JSON.stringify({ rows }) });
    if (!response.ok) throw new Error((await read(response)).error);
    const link = make("a", { href: URL.createObjectURL(await response.blob()), download: "answers.csv" });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    find("status").textContent = `The CSV could not be written: ${error.message}`;
  }
}

function clear() {
  for (const one of asked) {
    one.leaving.abort(); // the server then stops drawing what nobody will look at
    for (const url of [one.picture, one.heat]) if (url) URL.revokeObjectURL(url);
  }
  asked.length = 0;
  waiting.length = 0;
  find("answers").replaceChildren();
  tell();
  find("files").focus();
}

async function describe() {
  const model = await read(await fetch("api/model"));
  if (!model.limits) throw new Error(model.error);
  limits = model.limits;
  const line = `Answers come from ${model.name}, ${FAMILIES[model.family] ?? "a network"} with ${model.labels.length} labels. `;
  find("model-line").textContent = `${line}Images are looked at on this computer and sent nowhere else.`;
  const most = `${megabytes(limits.image_bytes)} and ${Math.floor(limits.image_pixels / 1e6)} megapixels`;
  find("limits").textContent = `PNG, JPEG or WebP, several at once, up to ${most} each`;
  const facts = {
    Labels: model.labels.join(", "),
    "Size it sees": `${model.size_pixels} × ${model.size_pixels} pixels`,
    "Trained with": model.backend,
    "Weights (SHA-256)": make("code", {}, model.weights_digest),
    "File (SHA-256)": make("code", {}, model.file_digest),
  };
  for (const [name, value] of Object.entries(facts)) find("facts").append(make("dt", {}, name), make("dd", {}, value));
}

// Starting

find("example").textContent = `curl -F images=@picture.png ${location.origin}/api/predict`;
find("files").addEventListener("change", (event) => {
  ask([...event.target.files]);
  event.target.value = ""; // so that the same file can be chosen again
});
find("download").addEventListener("click", download);
find("clear").addEventListener("click", clear);
let depth = 0; // dragging over an element within the page leaves the one around it
document.addEventListener("dragenter", () => document.body.classList.toggle("dragging", ++depth > 0));
document.addEventListener("dragleave", () => document.body.classList.toggle("dragging", --depth > 0));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  depth = 0;
  document.body.classList.remove("dragging");
  ask([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  // A screenshot is always called image.png: number them.
  ask(files.map((file) => (file.name === "image.png" ? new File([file], `pasted-${++pasted}.png`, file) : file)));
});
describe().catch(() => tell());
