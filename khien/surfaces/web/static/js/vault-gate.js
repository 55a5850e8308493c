// The door of a locked tablet: who you are and your passphrase, or the unlock card. It draws before any desk is put together;
// while it stands, what was not sent goes on being sent.
const EVERY = 8000;

export default async (kh) => {
  const { h, _, vault } = kh;
  const bare = !kh.session; // the kept page: no server told it who sits here
  kh.NONE = "00000000-0000-0000-0000-000000000000";
  const byId = (id) => document.getElementById(id);

  // The session of this page: from its address, else the one that lies here.
  const wanted = () => /\/diem\/([0-9a-f-]{36})/.exec(location.pathname)?.[1] || "";
  const SHIFTS = { morning: _("Sáng"), afternoon: _("Chiều"), evening: _("Tối"), day: _("Cả ngày") };
  kh.sessionName = (title) => `${title.site}, ${(SHIFTS[title.shift] || "").toLowerCase()} ${kh.dmy(title.on_date)}`;

  kh.secretField = (id, label, more = {}) => kh.field(label, kh.input(id, { type: "password", autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...more }));
  // Two fields of a new passphrase; read() gives it, or says what is wrong and gives "".
  kh.newSecret = (name) => {
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const node = h("div.kh-st-form", kh.secretField("mk-moi", _("Mật khẩu mới của {name}, từ {n} ký tự", { name, n: vault.LEAST })), kh.secretField("mk-lai", _("Gõ lại mật khẩu")), h("div.kh-st-wide", wrong));
    const read = () => {
      const [first, again] = ["#mk-moi", "#mk-lai"].map((id) => node.querySelector(id).value.trim());
      const bad = first.length < vault.LEAST ? _("Mật khẩu cần ít nhất {n} ký tự.", { n: vault.LEAST }) : first !== again ? _("Hai lần gõ không giống nhau.") : "";
      say(wrong, bad);
      if (bad) node.querySelector(first.length < vault.LEAST ? "#mk-moi" : "#mk-lai").focus();
      return bad ? "" : first;
    };
    return { node, read };
  };
  function say(wrong, words) {
    wrong.hidden = !words;
    kh.set(wrong, words && kh.icon("warn"), words);
  }

  const nav = document.querySelector(".kh-top__nav");
  const found = await vault.look();
  const here = wanted();
  const sessions = found.packs.filter((one) => found.grants.some((grant) => grant.session === one.session));
  const ended = vault.device?.revoked && kh.kept("da-thoi-dung") !== vault.device.id;
  const closed = bare || ended || sessions.some((one) => one.session === here);
  if (!closed) return undefined;

  nav.hidden = true;
  const [packs, others] = [sessions, bare ? [] : [here]];
  let session = packs.some((one) => one.session === here) ? here : packs.at(-1)?.session || "";
  const line = h("p", { role: "status" });
  let through = null;
  const passed = new Promise((done) => (through = done));

  // What the tablet does by itself while it is locked.
  async function standing() {
    if (!kh.box.there) return;
    if (vault.device) await kh.log.send().catch(kh.log.away);
    const { unsent, since } = await kh.log.count();
    if (!line.isConnected) return;
    kh.set(line, unsent ? kh.chip(_("{n} phiếu chờ gửi, từ {time}", { n: unsent, time: kh.hm(since) }), "wait") : kh.chip(_("Không có phiếu chờ gửi"), "ready"), " ", kh.log.unknown ? _("Máy chủ không nhận ra máy này: trưởng điểm đăng ký lại máy ở trang Người giúp và máy.") : unsent ? _("Máy khóa vẫn gửi khi có mạng.") : null);
    const box = byId("dong-bo");
    box.className = `kh-top__sync kh-top__sync--${unsent ? "wait" : "ready"}`;
    kh.set(box, kh.icon(unsent ? "offline" : "check"), h("span", h("b", unsent ? _("{n} phiếu chờ gửi", { n: unsent }) : _("Không có phiếu chờ")), ` ${session ? _("máy đang khóa") : _("máy chưa mang buổi")}`));
  }
  const timer = setInterval(standing, EVERY);
  window.addEventListener("online", standing);
  kh.settle = () => {}; // nobody reads receipts here
  kh.changed = () => {};

  const nobody = () => {
    const revoked = vault.device?.revoked;
    kh.set(kh.main, h("div.kh-lock", h("section.kh-st-panel.kh-lock__box", kh.icon(revoked ? "stop" : "offline", "kh-lock__icon"),
      h("h1.kh-h2", revoked ? _("Máy này đã thôi dùng ở điểm") : _("Máy này chưa mang buổi nào về")),
      h("p", revoked ? _("Danh sách và khóa đã xóa khỏi máy. Phiếu đã làm không mất: chúng ở máy chủ, chờ người phụ trách xem.") : _("Khi có mạng, đăng nhập, mở buổi và bấm Mang buổi này về máy. Mất mạng lúc này thì ghi phiếu giấy.")), line,
      h("p", kh.signedIn ? kh.button(_("Chỉ làm khi có mạng"), { main: true, on: () => (kh.keep("da-thoi-dung", vault.device?.id), without()) }) : h("a.kh-button.kh-button--main.kh-button--tall", { href: kh.door }, _("Đăng nhập")), " ", h("a.kh-button.kh-button--quiet", { href: location.href }, _("Thử lại"))))));
    standing();
  };

  function draw() {
    if (!session) return nobody();
    const pack = packs.find((one) => one.session === session);
    const grants = found.grants.filter((one) => one.session === session);
    const mine = grants.find((one) => one.staff === kh.signedIn);
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const secret = kh.secretField("mat-khau", _("Mật khẩu mở máy"));
    const input = secret.querySelector("input");
    const chosen = mine?.staff || (grants.length === 1 ? grants[0].staff : kh.kept("mo-may"));
    const button = kh.button(_("Mở"), { main: true, type: "submit", img: "lock" });
    const form = h("form.kh-st-main", { onsubmit: open },
      packs.length > 1 && kh.field(_("Buổi"), kh.select("buoi-nao", packs.map((one) => [one.session, kh.sessionName(one.title)]), session, { onchange: (event) => ((session = event.target.value), draw()) })),
      h("fieldset.kh-lock__who", h("legend.kh-small", _("Ai đang dùng máy?")), h("div.kh-st-two", kh.toggles("ai", grants.map((one) => [one.staff, one.name]), { chosen: [chosen], on: () => input.focus() }))),
      secret, wrong, button);
    const adding = !bare && kh.signedIn && !mine && others.includes(session);
    kh.set(kh.main, h("div.kh-lock", h("section.kh-st-panel.kh-lock__box", kh.icon("lock", "kh-lock__icon"), h("h1.kh-h2", _("Máy đang khóa")), h("p", h("b", kh.sessionName(pack.title))), line, form,
      adding && h("p", kh.button(_("Thêm {name} vào máy này", { name: kh.staffName }), { img: "plus", on: add })),
      h("p.kh-lock__more", found.card && kh.button(_("Quên mật khẩu: thẻ mở máy"), { kind: "quiet", img: "qr", on: byCard }),
        kh.signedIn ? kh.button(_("Chỉ làm khi có mạng"), { kind: "quiet", on: without }) : h("a.kh-button.kh-button--quiet", { href: kh.door.replace(kh.NONE, session) }, _("Đăng nhập")),
        kh.button(_("Xóa buổi khỏi máy"), { kind: "quiet", on: forget })))));
    standing();
    (chosen ? input : kh.main.querySelector('input[name="ai"]'))?.focus();

    async function open(event) {
      event.preventDefault();
      const [who] = kh.picked("ai");
      if (!who) return say(wrong, _("Chọn tên của bạn."));
      if (!input.value) return input.focus();
      button.disabled = true;
      say(wrong, "");
      try {
        await vault.enter(session, who, await vault.byPassphrase(who, input.value));
        kh.keep("mo-may", who);
        return through();
      } catch (why) {
        say(wrong, why.wrong ? `${vault.trouble(why)} ${_("Quên thì dùng thẻ mở máy của trưởng điểm.")}` : vault.trouble(why));
        button.disabled = false;
        input.select();
      }
      return undefined;
    }
    return undefined;
  }

  // A step of the door with its own title, its form and a way back.
  function step(title, lead, go, words, ...nodes) {
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const button = kh.button(words, { main: true, type: "submit" });
    const act = async (event) => {
      event.preventDefault();
      button.disabled = true;
      say(wrong, "");
      try {
        await go((text) => kh.set(wrong, ...((wrong.hidden = false), [kh.icon("clock"), text])));
      } catch (why) {
        say(wrong, vault.trouble(why));
      }
      button.disabled = false;
    };
    kh.set(kh.main, h("div.kh-lock", h("section.kh-st-panel.kh-lock__box", kh.icon("lock", "kh-lock__icon"), h("h1.kh-h2", title), h("p", lead), h("form.kh-st-main", { onsubmit: act }, nodes, wrong, h("div.kh-st-bottom", kh.button(_("Quay lại"), { kind: "quiet", on: draw }), button)))));
    kh.main.querySelector("input:not([type=radio])")?.focus();
  }
  // The camera puts the card's digits into their box; `go` is what follows by itself.
  function cardField(go) {
    const holder = h("div");
    const wanted = (text) => {
      const digits = kh.seal.cardDigits(text);
      if (digits) byId("the-mo").value = digits;
      if (digits && go) byId("the-mo").form.requestSubmit();
      return Boolean(digits);
    };
    const trouble = (words) => kh.set(holder, h("p.kh-error", { role: "alert" }, kh.icon("warn"), words));
    return [kh.field(_("Quét thẻ mở máy, hoặc gõ 40 số"), kh.input("the-mo", { inputmode: "numeric", autocomplete: "off", type: "password" })), kh.cameraButton(holder, wanted, trouble), holder];
  }
  async function cardRaw() {
    const digits = kh.seal.cardDigits(byId("the-mo").value);
    if (!digits) throw { words: _("Thẻ này không đúng. Quét lại cả mã trên thẻ.") };
    try {
      return await vault.byCard(digits);
    } catch {
      throw { words: _("Thẻ này không mở máy này, hoặc đã có thẻ mới hơn.") };
    }
  }

  // Forgotten: the lead's card opens, and a new passphrase is set.
  function byCard() {
    const people = [...found.grants, ...found.waiting].filter((one) => one.session === session);
    step(_("Mở bằng thẻ của trưởng điểm"), _("Thẻ in lúc mang buổi về máy. Sau khi quét, chọn tên và đặt mật khẩu mới."), async () => {
      const raw = await cardRaw();
      renew(raw, people);
    }, _("Tiếp tục"), cardField(true));
  }
  function renew(raw, people) {
    const fields = kh.newSecret(_("người này"));
    step(_("Đặt mật khẩu mới"), _("Thẻ đúng. Ai sẽ dùng máy này?"), async () => {
      const [who] = kh.picked("ai");
      if (!who) throw { words: _("Chọn tên của bạn.") };
      const secret = fields.read();
      if (!secret) return;
      await vault.setPassphrase(who, raw, secret);
      await vault.enter(session, who, raw);
      kh.keep("mo-may", who);
      through();
    }, _("Mở máy"), h("div.kh-st-two", kh.toggles("ai", people.map((one) => [one.staff, one.name]), { chosen: people.length === 1 ? [people[0].staff] : [] })), fields.node);
  }

  // Somebody signed in who is new on this tablet: one who is known opens it once, by passphrase or card.
  function add() {
    const grants = found.grants.filter((one) => one.session === session);
    const fields = kh.newSecret(kh.staffName);
    step(_("Thêm {name} vào máy này", { name: kh.staffName }), _("Một người đã dùng máy này mở một lần, hoặc quét thẻ mở máy; rồi {name} đặt mật khẩu của mình.", { name: kh.staffName }), async (tell) => {
      const [who] = kh.picked("ai");
      const raw = byId("the-mo").value ? await cardRaw() : who && (await vault.byPassphrase(who, byId("mat-khau").value));
      if (!raw) throw { words: _("Chọn người mở máy, hoặc quét thẻ.") };
      const secret = fields.read();
      if (!secret) return;
      await vault.bring({ session, raw, secret, seen: kh.seenWords(tell) });
      through();
    }, _("Thêm và mở máy"), h("fieldset.kh-lock__who", h("legend.kh-small", _("Ai mở máy?")), h("div.kh-st-two", kh.toggles("ai", grants.map((one) => [one.staff, one.name])))), kh.secretField("mat-khau", _("Mật khẩu của người mở")), cardField(), fields.node);
  }

  function without() {
    vault.beside = true;
    through();
  }
  function forget() {
    step(_("Xóa buổi khỏi máy này?"), _("Danh sách, khóa và mật khẩu mất khỏi máy. Phiếu chưa gửi không mất: chúng ở lại và được gửi khi có mạng. Muốn làm tiếp thì có mạng, đăng nhập và mang buổi về lại."), async () => {
      await vault.wipe();
      location.reload();
    }, _("Xóa buổi khỏi máy"));
  }

  draw();
  await passed;
  clearInterval(timer);
  window.removeEventListener("online", standing);
  delete kh.settle;
  delete kh.changed;
  nav.hidden = false;
  kh.set(kh.main, h("p.kh-st-wait", _("Đang mở các bàn…")));
  if (vault.open) for (const name of Object.keys(kh.urls)) kh.urls[name] = kh.urls[name].replace(kh.NONE, vault.session);
  if (vault.open) kh.door = kh.door.replace(kh.NONE, vault.session);
  if (bare && vault.open) byId("noi-buoi").replaceChildren(h("b", vault.pack.session.site), ` ${SHIFTS[vault.pack.session.shift] || ""} ${kh.dmy(vault.pack.session.on_date).slice(0, 5)}`);
  return undefined;
};
