// Live updates and copy buttons. Every page works without it.
"use strict";

// One patch is <template> elements, made by the server's own templates, that name
// the region which they replace or add to.
function apply(html) {
  const patch = document.createElement("template");
  patch.innerHTML = html;
  for (const part of patch.content.children) {
    const { replace, append, title } = part.dataset;
    if (title) document.title = title;
    const region = document.getElementById(replace || append || "");
    if (!region) continue;
    if (replace) region.replaceChildren(part.content);
    else region.append(part.content);
  }
}

function follow(live) {
  const say = document.getElementById("connection");
  const url = new URL(live.dataset.events, location.href);
  let source = null;
  let done = false;

  function open() {
    if (done || source) return;
    source = new EventSource(url);
    source.onopen = () => say.replaceChildren();
    source.onmessage = (event) => {
      if (event.lastEventId) url.searchParams.set("after", event.lastEventId);
      apply(event.data);
    };
    source.addEventListener("end", () => { done = true; close(); });
    source.addEventListener("reload", () => { done = true; close(); location.reload(); });
    source.onerror = () => {
      const gone = source.readyState === EventSource.CLOSED;
      say.textContent = gone ? "Live updates have stopped. Reload the page to see where it stands."
        : "The connection is lost; trying again.";
    };
  }

  function close() {
    if (source) source.close();
    source = null;
    if (done) say.replaceChildren();
  }

  // A browser allows a site few connections: a page that nobody sees gives its own up.
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  if (!document.hidden) open();
}

function offerCopy(button) {
  const text = button.parentElement.querySelector("code").textContent;
  button.hidden = false;
  button.setAttribute("aria-label", "Copy: " + text);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

// A page without a stream that says so is asked for again every few seconds while it is
// seen; what stands in its part "fresh" is replaced.
async function freshen() {
  const region = document.getElementById("fresh");
  if (!region || document.hidden || region.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("fresh");
    if (fresh) region.replaceChildren(...fresh.childNodes);
  } catch { /* the next try may reach the server */ }
}

// A form that says where is checked while somebody types in it.
function checkWhileTyping(form) {
  const text = form.elements.text;
  const out = document.getElementById("problems");
  let timer = 0;
  let turn = 0;

  function show(problem) {
    const item = document.createElement("li");
    item.textContent = (problem.line ? `${problem.file}, line ${problem.line}, column ${problem.column}: ` : `${problem.file}: `) + problem.message;
    return item;
  }

  async function check() {
    const mine = ++turn;
    try {
      const body = new URLSearchParams({ path: form.dataset.file, text: text.value });
      const answer = await fetch(form.dataset.check, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok || mine !== turn) return;
      const { problems } = await answer.json();
      form.dispatchEvent(new CustomEvent("checked", { detail: problems })); // the editor marks them
      const list = document.createElement("ul");
      list.append(...problems.map(show));
      out.className = problems.length ? "note" : "soft";
      out.replaceChildren(problems.length ? list : "The files can be read.");
    } catch { /* saving checks, too */ }
  }

  text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(check, 400); });
}

const live = document.querySelector("[data-events]");
if (live) follow(live);
if (document.body.dataset.refresh !== undefined && !live) setInterval(freshen, 5000);
if (navigator.clipboard) document.querySelectorAll("button.copy").forEach(offerCopy);
const checked = document.querySelector("form[data-check]");
if (checked && checked.elements.text) checkWhileTyping(checked);
