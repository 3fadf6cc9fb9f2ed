// With a page that is loaded anew the server begins a new visit: the tab alone still knows the visitor's own digits.
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
    // A browser that keeps nothing, or has no room: then the digits last as long as the visit.
  }
}
