'use strict';
// The pages work without this; it shows progress as it happens, takes a dropped file, and says a refusal at once.
const data = document.body.dataset;
const alertBox = document.querySelector('[role=alert]');
if (alertBox) alertBox.focus();

const choose = document.getElementById('choose');
if (choose) {
  const input = document.getElementById('file'), drop = document.getElementById('drop');
  const said = document.getElementById('said');
  drop.classList.add('live'); // the whole frame is the field: a click or a drop anywhere in it
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    drop.addEventListener(kind, event => {
      event.preventDefault();
      drop.classList.toggle('over', kind === 'dragover');
      if (kind === 'drop' && event.dataTransfer.files.length === 1) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event('change'));
      }
    });
  }
  // A file beside the frame must not be opened in place of this page.
  for (const kind of ['dragover', 'drop']) window.addEventListener(kind, event => event.preventDefault());
  // On the frame, not on the form: a form's own properties are hidden by its fields' names.
  const tooLarge = () => input.files.length && input.files[0].size > Number(drop.dataset.limit);
  input.addEventListener('change', () => {
    said.textContent = tooLarge() ? drop.dataset.large : input.files.length ? input.files[0].name : '';
    said.className = tooLarge() ? 'box bad' : 'label';
  });
  choose.addEventListener('submit', event => { if (tooLarge()) { event.preventDefault(); input.focus(); } });
}

const bar = document.getElementById('bar');
if (bar) {
  const said = document.getElementById('said'), left = document.getElementById('left');
  const tell = (place, text) => { if (place.textContent !== text) place.textContent = text; };
  const time = seconds => seconds < 90 ? `${seconds} ${data.seconds}` : `${Math.ceil(seconds / 60)} ${data.minutes}`;
  const look = async () => {
    try {
      const now = await (await fetch('/progress')).json();
      if (now.ended) { location.replace(now.then); return; }
      if (now.total) {
        const done = Math.min(now.done / now.total, 1);
        bar.value = done;
        bar.setAttribute('aria-valuetext', `${Math.floor(done * 100)}%`);
        tell(said, `${Math.floor(done * 10) * 10}%`); // heard once every tenth, not at every look
        tell(left, `${Math.floor(done * 100)}%` + (now.left === null ? '' : `, ${data.left} ${time(now.left)} ${data.leftEnd}`));
      }
    } catch { /* the program was closed: the next click will tell */ }
    setTimeout(look, 300);
  };
  look();
}
