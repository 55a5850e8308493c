// Puts the desks together. Each module adds its part to one object; every address carries its content's hash, so that a module
// that changed is never taken from a cache of last year.
const main = document.getElementById("noi-dung");
const told = main.dataset;
const kh = {
  main,
  session: told.session,
  staff: told.staff,
  staffName: told.staffName,
  csrf: told.csrf,
  lang: told.lang,
  rights: new Set(JSON.parse(told.rights)),
  words: JSON.parse(told.words),
  urls: JSON.parse(told.urls),
  shelfKeys: JSON.parse(told.shelf), // for what waits on a device that carries no pack: in memory only (vault-shelf.js)
  door: told.signIn,
  offset: told.now ? Number(told.now) * 1000 - Date.now() : 0,
  clockKnown: Boolean(told.now),
  signedIn: told.staff, // who the server knows; a tablet may be in another's hands (vault-keeper.js)
};
kh.serverRights = [...kh.rights];
const opening = document.getElementById("dang-mo");
opening.hidden = false;
let modules = [];
try {
  modules = await Promise.all(JSON.parse(told.modules).map((address) => import(address)));
} catch (trouble) {
  opening.textContent = opening.dataset.otherwise; // a script that neither the line nor this device has
  throw trouble;
}
for (const module of modules) await module.default(kh); // a locked tablet stops here until it is opened (vault-gate.js)
await kh.begin();
