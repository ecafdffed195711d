# ruff: noqa: E501 - markup and style lines read better whole
"""The page's one script: sends the file as it is, and asks how far the work came."""

SCRIPT = """'use strict';
const csrf = document.querySelector('meta[name=csrf]').content;
const $ = id => document.getElementById(id);
const said = text => { const place = $('said'); if (place && place.textContent !== text) place.textContent = text; };
const form = $('choose');
if (form) {
  const drop = $('drop');
  for (const kind of ['dragover', 'dragleave', 'drop']) drop.addEventListener(kind, event => {
    event.preventDefault();
    drop.classList.toggle('over', kind === 'dragover');
    if (kind === 'drop' && event.dataTransfer.files.length) $('file').files = event.dataTransfer.files;
  });
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const button = form.querySelector('button'), file = $('file').files[0];
    button.disabled = true;
    said('…');
    try {
      const headers = { 'X-Khlang-CSRF': csrf };
      let answer = await fetch('/upload?name=' + encodeURIComponent(file.name), { method: 'PUT', headers, body: file });
      if (answer.ok) {
        const body = new URLSearchParams({ csrf, dataset: $('dataset').value, period: $('period').value });
        answer = await fetch('/check', { method: 'POST', headers, body });
      }
      if (answer.ok) location = '/working'; else said((await answer.text()).replace(/<style>[^]*?<\\/style>|<[^>]+>/g, ' '));
    } catch (fault) { said('เปิดหน้านี้ใหม่ / khlang agency ui'); }
    button.disabled = false;
  });
}
const bar = $('bar');
async function look() {
  const now = await (await fetch('/progress')).json();
  if (now.total) { bar.max = now.total; bar.value = Math.min(now.done, now.total); }
  said(now.total ? Math.floor(100 * bar.value / now.total / 10) * 10 + '%' : now.done ? now.done.toLocaleString() : '…');
  if (now.ended) location = now.then; else setTimeout(look, 300);
}
if (bar) look();
const alert_ = document.querySelector('[role=alert]');
if (alert_) alert_.focus();
"""
