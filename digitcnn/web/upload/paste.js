// A pasted picture goes the way of a chosen file: the page's own uploader takes it.
const UPLOADER = ".st-key-upload-files input[type=file]";
let pasted = 0;

function rename(file) {
  // Browsers call every picture from the clipboard the same; a copied file has its own name.
  return file.name === "image.png" ? new File([file], `pasted picture ${++pasted}.png`, { type: file.type }) : file;
}

function take(event) {
  const uploader = document.querySelector(UPLOADER);
  if (!uploader || !event.clipboardData?.files.length) return;
  event.preventDefault();
  const chosen = new DataTransfer();
  for (const file of event.clipboardData.files) chosen.items.add(rename(file));
  uploader.files = chosen.files;
  uploader.dispatchEvent(new Event("change", { bubbles: true }));
}

export default function () {
  document.addEventListener("paste", take);
  return () => document.removeEventListener("paste", take);
}
