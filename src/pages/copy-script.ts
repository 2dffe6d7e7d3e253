/**
 * Makes the copy buttons work: they are hidden until this runs, since they do nothing without it.
 *
 * Where a page may not write to the clipboard (plain http beyond this machine, or forbidden), the snippet is
 * selected instead, so that copying it takes one key.
 */
export const COPY_SCRIPT = `
'use strict';
const status = document.getElementById('copy-status');
const select = (element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
};
for (const button of document.querySelectorAll('button[data-copy]')) {
  const snippet = document.getElementById(button.dataset.copy);
  const label = button.firstElementChild;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(snippet.textContent);
      label.textContent = 'Copied';
      status.textContent = 'Copied to the clipboard.';
    } catch {
      select(snippet);
      label.textContent = 'Selected';
      status.textContent = 'Selected. Copy it with your keyboard.';
    }
  });
  button.addEventListener('blur', () => {
    label.textContent = 'Copy';
    status.textContent = '';
  });
  button.hidden = false;
}
`
