"""Waits until a page of the app has followed what was done on it."""

from playwright.sync_api import Page

WATCH_MESSAGES = """
window.asked = window.answered = 0;
const sendMessage = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (!this.isWatched) this.addEventListener("message", () => { window.answered = performance.now(); });
  this.isWatched = true;
  window.asked = performance.now();
  sendMessage.call(this, data);
};
"""
"""Notes when the page asked its server last, and when it was answered; runs before the page's own scripts."""

DELAY_ANSWERS = """
const addListener = WebSocket.prototype.addEventListener;
const handler = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
const delay = (listener) => function (event) {
  setTimeout(() => listener.call(this, event), window.answersLateBy ?? 0);
};
WebSocket.prototype.addEventListener = function (kind, listener, options) {
  return addListener.call(this, kind, kind === "message" ? delay(listener) : listener, options);
};
Object.defineProperty(WebSocket.prototype, "onmessage", {
  ...handler,
  set(listener) { handler.set.call(this, listener && delay(listener)); },
});
"""
"""Lets the page hear its server late, by `window.answersLateBy` milliseconds, as on a slow connection."""

SETTLED = """() => {
  const { asked = 0, answered = 0 } = window;
  const { testScriptState } = document.querySelector("[data-testid=stApp]")?.dataset ?? {};
  const now = performance.now();
  // Some messages, such as those of a page that is left, are never answered.
  const isAnswered = answered >= asked ? now - answered > 200 : now - asked > 5000;
  return testScriptState === "notRunning" && isAnswered;
}"""


def settle(page: Page) -> None:
    """Waits until the page has told its server, and shows the answer.

    A page that has asked is not running yet: on a busy machine the server answers after a while.
    """
    page.wait_for_timeout(600)  # Canvases and fields tell a moment later.
    page.wait_for_function(SETTLED)


def open_fold(page: Page, title: str) -> None:
    """Opens a fold of the page, and waits until what it holds stands still under the mouse."""
    page.get_by_test_id("stExpander").get_by_text(title, exact=True).click()
    settle(page)
