// The rules of the desks without a line: our own Python modules, unchanged, in WebAssembly, away from the page.
// The page sends {id, name, asked} and gets {id, answer} (name "rules" first: what the pack told), or {id, broken}.
const HOME = "/static/vendor/pyodide/314.0.7/pyodide.mjs"; // the version is in the address: kept for a year
const FOLDER = "/khien-rules";
let python = null;
let told = null;
let known = "";

async function begin(bundle) {
  const { loadPyodide } = await import(HOME);
  const lock = { info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten", python: "3.14", version: "0" }, packages: {} };
  const [found, archive] = await Promise.all([loadPyodide({ indexURL: new URL(".", new URL(HOME, location)).href, lockFileContents: lock, packageBaseUrl: "/" }), read(bundle)]);
  found.unpackArchive(archive, "zip", { extractDir: FOLDER });
  found.runPython(`import sys; sys.path.insert(0, "${FOLDER}"); sys.dont_write_bytecode = True`);
  return found.pyimport("khien.visits.offline");
}
async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.arrayBuffer();
}

async function rules({ bundle, version, entries, words }) {
  python ||= begin(bundle);
  const rooms = await python;
  if (known === version && told) return { version };
  told?.destroy();
  told = rooms.told_of(JSON.stringify({ entries, words }));
  known = version;
  return { version };
}

self.addEventListener("message", async ({ data: { id, name, asked } }) => {
  try {
    if (name === "rules") return self.postMessage({ id, answer: await rules(asked) });
    const rooms = await python;
    if (name === "all") return self.postMessage({ id, answer: rooms.answer_all(told, asked) }); // text in, text out: thousands at once
    return self.postMessage({ id, answer: JSON.parse(rooms.answer_text(told, name, JSON.stringify(asked))) });
  } catch (trouble) {
    return self.postMessage({ id, broken: String(trouble?.type || trouble?.name || "Error"), why: String(trouble?.message || "").slice(-400) });
  }
});
