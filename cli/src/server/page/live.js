// Keeps a page as it is on the server: ready fragments replace those of the same id. Nothing that the reader uses is replaced.
"use strict";
(() => {
  const line = document.getElementById("live"), button = document.getElementById("pause"), told = document.getElementById("told");
  if (!line || !window.EventSource) return;
  let source = null, last = "", wait = 1000, timer = 0;
  let paused = localStorage.getItem("paused") === "yes";
  const busy = (part) => part.contains(document.activeElement) || part.matches(":hover") || part.querySelector("input:checked") ||
    (getSelection().toString() && part.contains(getSelection().anchorNode));
  const kept = (part) => new Set([...part.querySelectorAll("details[id]")].map((d) => (d.open ? "+" : "-") + d.id));
  const put = (id, html) => {
    const part = document.getElementById(id);
    if (!part) return;
    const box = document.createElement("template");
    box.innerHTML = html;
    if (box.innerHTML === part.innerHTML) return;
    if (busy(part)) {
      let show = document.getElementById("newer-" + id);
      if (!show) {
        show = document.createElement("button");
        show.id = "newer-" + id; show.className = "small"; show.type = "button"; show.textContent = "newer: show";
        const head = part.querySelector("h1,h2");
        show.setAttribute("aria-label", "newer: show " + (head ? head.textContent : id));
        part.before(show);
      }
      // Whoever came here by keyboard goes on from what they asked for.
      show.onclick = () => { swap(part, html); part.tabIndex = -1; part.focus(); show.remove(); };
    } else swap(part, html);
  };
  const swap = (part, html) => {
    const open = kept(part), log = part.querySelector(".log"), atEnd = log && log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    part.innerHTML = html;
    part.querySelectorAll("details[id]").forEach((d) => { if (open.has("+" + d.id)) d.open = true; if (open.has("-" + d.id)) d.open = false; });
    const now = part.querySelector(".log");
    if (now && atEnd) now.scrollTop = now.scrollHeight;
  };
  const say = (text) => { line.textContent = text; };
  const listen = () => {
    if (paused || document.hidden) return;
    source = new EventSource("/live?of=" + encodeURIComponent(location.pathname + location.search));
    source.onopen = () => { wait = 1000; };
    source.onmessage = (event) => {
      const news = JSON.parse(event.data);
      last = news.time; say("live, " + last);
      if (news.title) document.title = news.title;
      if (news.ended) told.textContent = news.ended;
      for (const part of news.parts) put(part.id, part.html);
    };
    source.onerror = () => {
      source.close();
      say(last ? "The server does not answer. This page shows how things stood at " + last + "." : "The server does not answer. This page shows how things stood when it was loaded.");
      clearTimeout(timer); timer = setTimeout(listen, wait * (1 + Math.random() / 4)); wait = Math.min(wait * 2, 30000);
    };
  };
  const stop = () => { clearTimeout(timer); if (source) source.close(); source = null; };
  const show = () => { button.hidden = false; button.textContent = paused ? "Go on" : "Pause"; };
  button.onclick = () => { paused = !paused; localStorage.setItem("paused", paused ? "yes" : "no"); stop(); if (paused) say("paused"); else listen(); show(); };
  document.addEventListener("visibilitychange", () => { stop(); listen(); });
  const goes = { s: "/stacks", p: "/pulls", r: "/runs", h: "/holds", q: "/queue", e: "/events" };
  let went = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,textarea,select") || localStorage.getItem("keys") === "off") return;
    const rows = [...document.querySelectorAll("tbody th a")], at = rows.indexOf(document.activeElement);
    if (went && goes[event.key]) location.href = goes[event.key];
    else if (event.key === "j" || event.key === "k") (rows[event.key === "j" ? at + 1 : Math.max(at - 1, 0)] || rows[0] || document.body).focus();
    else if (event.key === "/" && document.getElementById("q")) { document.getElementById("q").focus(); event.preventDefault(); }
    else if (event.key === "?") location.href = "/keys";
    went = event.key === "g" && !went;
  });
  show(); if (paused) say("paused"); listen();
})();
