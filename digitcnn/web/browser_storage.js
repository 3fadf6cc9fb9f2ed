// A reload begins a new visit on the server: only the tab still knows the visitor's own digits.
const KEPT = "digitcnn.own-digits";
let asked;

export default function ({ data, setTriggerValue }) {
  try {
    if (data.ask && asked !== data.visit) {
      asked = data.visit;
      const kept = sessionStorage.getItem(KEPT);
      if (kept) setTriggerValue("restored", kept);
    } else if (data.kept) {
      sessionStorage.setItem(KEPT, data.kept);
    } else if (!data.ask) {
      sessionStorage.removeItem(KEPT);
    }
  } catch {
    // The browser stores nothing or has no room: the digits last as long as the visit.
  }
}
