/* The nearest points. Where the device stands is asked of the device and stays in it: the list of points comes whole, distances are
   reckoned here. Without this script the page finds points by name and by map. */
"use strict";
(() => {
  const box = document.querySelector("[data-near]");
  if (!box || !navigator.geolocation) return;
  const button = box.querySelector("button"), say = box.querySelector("[role=status]"), list = box.querySelector("ul");
  const EARTH = 6371, SHOWN = 10; // km; how many points are listed
  box.hidden = false;

  /* Kilometres between two places, on a sphere. */
  function far(one, other) {
    const turn = (degrees) => (degrees * Math.PI) / 180;
    const [up, over] = [turn(other.lat - one.lat) / 2, turn(other.lon - one.lon) / 2];
    const arc = Math.sin(up) ** 2 + Math.cos(turn(one.lat)) * Math.cos(turn(other.lat)) * Math.sin(over) ** 2;
    return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(arc)));
  }

  const spoken = (km) => km.toLocaleString(document.documentElement.lang, { maximumFractionDigits: km < 10 ? 1 : 0 });

  function line(point) {
    const row = document.createElement("li"), head = document.createElement("h2"), link = document.createElement("a"), where = document.createElement("p");
    row.className = "kh-site";
    head.className = "kh-h3";
    where.className = "kh-soft";
    link.href = point.href;
    link.textContent = point.name;
    where.textContent = `${point.address} · ${say.dataset.far.replace("{km}", spoken(point.km))}`;
    head.append(link);
    row.append(head, where);
    return row;
  }

  async function show({ coords }) {
    const here = { lat: coords.latitude, lon: coords.longitude };
    const points = await (await fetch(box.dataset.list)).json();
    const near = points.map((point) => ({ ...point, km: far(here, point) })).sort((one, other) => one.km - other.km).slice(0, SHOWN);
    list.replaceChildren(...near.map(line));
    list.hidden = !near.length;
    say.textContent = near.length ? say.dataset.found : say.dataset.none;
  }

  button.addEventListener("click", () => {
    say.textContent = say.dataset.looking;
    const deny = () => { say.textContent = say.dataset.denied; };
    navigator.geolocation.getCurrentPosition((found) => show(found).catch(deny), deny, { timeout: 15000, maximumAge: 300000 });
  });
})();
