// Streamlit replaces the address when a bound control changes; a part of the Lab deserves a step of its own.
if (!window.digitcnnParts) {
  window.digitcnnParts = true;
  const other = ".st-key-lab-parts button[aria-checked=false]";
  let goingBack = false;
  const push = (event) => {
    if (!goingBack && event.target.closest?.(other)) history.pushState(history.state, "", location.href);
  };
  const follow = () => {
    const part = new URLSearchParams(location.search).get("tab") ?? "Train";
    goingBack = true;
    [...document.querySelectorAll(other)].find((button) => button.textContent === part)?.click();
    goingBack = false;
  };
  document.addEventListener("click", push, true);
  // Again a little later: the server's answer to the step before may have put the control back.
  window.addEventListener("popstate", () => [0, 500, 1500, 4000].forEach((wait) => setTimeout(follow, wait)));
}
