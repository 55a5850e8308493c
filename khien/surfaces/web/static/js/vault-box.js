// The vault's shelves on this device (IndexedDB). What concerns people lies here only sealed or enciphered.
//   facts    name: the device's key and letter, the counter of commands, the measured clock
//   opens    holder: the data key, wrapped by a passphrase or by the unlock card
//   grants   session:staff: who may open this device for which session
//   packs    session: the pack, enciphered
//   records  session:name: small things of the desks, enciphered
//   log      command_id: commands, sealed to the server; gone only when the server holds them and their outcome was told
//   needs    command_id: what the server did not take, enciphered, until somebody settles it
const NAME = "khien-desk";
const VERSION = 1;
const SHELVES = { facts: "name", opens: "holder", grants: "id", packs: "session", records: "name", log: "command_id", needs: "command_id" };

const settled = (request) =>
  new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

function opened(database, version, shelves) {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(database, version);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(shelves)) {
        if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, { keyPath });
      }
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
    asked.onblocked = () => fail(new Error("blocked"));
  });
}

// One base with its shelves; `there` is false in a browser that keeps nothing (a private window).
async function boxOf(database, version, shelves) {
  let base = null;
  try {
    base = await opened(database, version, shelves);
    base.onversionchange = () => base.close();
  } catch {
    base = null;
  }

  return {
    there: Boolean(base),
    get: (shelf, key) => settled(base.transaction(shelf).objectStore(shelf).get(key)),
    all: (shelf) => settled(base.transaction(shelf).objectStore(shelf).getAll()),
    count: (shelf) => settled(base.transaction(shelf).objectStore(shelf).count()),
    // Writes several things as one: all of them or none. parts: [shelf, value] puts, [shelf, null, key] removes, [shelf, "clear"] empties.
    write: (...parts) =>
      new Promise((done, fail) => {
        const act = base.transaction([...new Set(parts.map(([shelf]) => shelf))], "readwrite", { durability: "strict" });
        act.oncomplete = () => done();
        act.onabort = () => fail(act.error || new Error("aborted"));
        try {
          for (const [shelf, value, key] of parts) {
            if (value === "clear") act.objectStore(shelf).clear();
            else if (value === null) act.objectStore(shelf).delete(key);
            else act.objectStore(shelf).put(value);
          }
        } catch (trouble) {
          act.abort();
          fail(trouble);
        }
      }),
  };
}

export default async (kh) => {
  kh.boxOf = boxOf;
  kh.box = await boxOf(NAME, VERSION, SHELVES);
};
