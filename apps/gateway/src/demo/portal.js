/** Copies a code sample; without it, or without permission, the text can still be selected. */
async function copy(button) {
  const code = document.getElementById(button.dataset.copy);
  getSelection().selectAllChildren(code);
  try {
    await navigator.clipboard.writeText(code.textContent);
    getSelection().removeAllRanges();
    button.textContent = 'Copied';
  } catch {
    // Not a secure context, or refused: the sample is selected, one key away from copied.
    button.textContent = 'Selected: press Ctrl+C';
  }
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2500);
}

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', () => void copy(button));
}
